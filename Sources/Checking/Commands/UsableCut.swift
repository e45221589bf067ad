import CrashStates
import VHDX

/// From which cut on the disk holds an image: a log can begin before the image is created in it, and no
/// program can be blamed for refusing what is not there yet (as with rule D09).
package enum UsableCut {
  /// The first cut at which the image opens; 0 where it opens at none, so that all are judged.
  package static func first(in history: DiskHistory, recovery: RecoveryProfile) -> Int {
    (0...history.entryCount).first { isUsable(history, cut: $0, recovery) } ?? 0
  }

  private static func isUsable(
    _ history: DiskHistory, cut: Int, _ recovery: RecoveryProfile
  ) -> Bool {
    let file = OverlayImage(StateImage(history, CrashState(cut: cut)))
    guard Recovery(profile: recovery).run(on: file).opens,
      (try? FileIdentifier(reading: file)) != nil,
      let table = try? RegionTablePair(reading: file).current(.firstValid),
      let regions = try? ImageRegions(table: table, log: nil, fileByteCount: file.byteCount)
    else { return false }
    return (try? ImageMetadata(reading: file, region: regions.metadata.range)) != nil
  }
}

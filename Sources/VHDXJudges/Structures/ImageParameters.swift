import Bytes
import Checking
import CrashStates
import VHDX

/// What the image of a recording says of its disk.
package enum ImageParameters {
  /// By the image before the first entry, or else after the last one; `nil` where neither opens.
  package static func find(in history: DiskHistory) -> DiskParameters? {
    for cut in [0, history.entryCount] {
      let file = OverlayImage(StateImage(history, CrashState(cut: cut)))
      _ = Recovery().run(on: file)
      guard
        let table = try? RegionTablePair(reading: file).current(.firstValid),
        let regions = try? ImageRegions(table: table, log: nil, fileByteCount: file.byteCount),
        let metadata = try? ImageMetadata(reading: file, region: regions.metadata.range)
      else { continue }
      return metadata.parameters
    }
    return nil
  }
}

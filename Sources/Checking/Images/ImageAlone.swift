import Bytes
import CrashStates
import WriteLog

/// An image without a log of its writes, taken for a recording of which nothing was written: it is the
/// only crash state there is, and what recovers it may be cut off in turn.
package struct ImageAlone {
  /// The tiers that such an image has states of.
  package static func tiers(of format: any ImageFormat) -> [Tier] {
    format.hasRecovery ? [.prefix, .recrash] : [.prefix]
  }

  private let evidence: Evidence

  /// - Parameter format: with what opens the image.
  /// - Throws: ``FormatError`` where the file cannot be looked at as a disk.
  package init(_ image: ByteRegion, format: any ImageFormat) throws(FormatError) {
    let nothing = Superblock(entryCount: 0, sectorByteCount: 512).encode()
    let index = try WriteLogIndex(reading: ByteRegion(nothing), options: LogReadingOptions())
    var evidence = Evidence(
      history: try DiskHistory(index: index, base: image, initialByteCount: nil))
    evidence.format = format
    self.evidence = evidence
  }

  /// Judges the recovery of the image and, with the tier `recrash`, every cut of it.
  ///
  /// - Parameter tiers: some of ``tiers(of:)``.
  package func judgement(tiers: [Tier], seed: UInt64) -> Judgement {
    var list = ViolationList()
    var judgement = StatesJudge(evidence, Judge.Options(tiers: tiers, seed: seed), { _ in true })
      .judge(&list)
    judgement.violations = list.sorted
    return judgement
  }

  /// The digests of the file, of the file after recovery, and of the virtual disk.
  package var digests: ImageDigests {
    ImageDigester(history: evidence.history, format: evidence.format)
      .digests(of: CrashState(cut: 0))
  }
}

import Bytes
import Checking
import VHDX

/// The static rules of one image: its headers and log as they stand, the rest as replay leaves it.
package struct ImageJudge {
  private let options: ImageJudgeOptions

  package init(options: ImageJudgeOptions = ImageJudgeOptions()) {
    self.options = options
  }

  /// - Returns: every violation, up to 64 of one rule from each part; the image is not changed.
  package func judge(_ file: any ImageFile) -> [Violation] {
    var (violations, current) = HeaderSectionJudge(options: options).judge(file)
    guard let current else { return violations }
    let sequence = ActiveSequenceJudge().judge(file, current: current)
    violations += sequence
    // What a log that cannot be replayed leaves open is not to be judged.
    if !sequence.isEmpty { return violations }
    switch replayed(file, current) {
    case .success(let image):
      return violations + judgeStructures(image, current)
    case .failure(let refusal):
      if refusal.isLimitOfOurs { return violations }
      var list = ImageViolations()
      list.add(
        .d09, "the log at byte \(current.header.logByteOffset) cannot be replayed",
        [refusal.description])
      return violations + list.violations
    }
  }

  private func judgeStructures(_ file: any ImageFile, _ current: CurrentHeader) -> [Violation] {
    var (violations, regions) = RegionJudge().judge(file, current: current)
    guard let regions else { return violations }
    let metadata = MetadataJudge(options: options).judge(file, region: regions.metadata.range)
    violations += metadata.violations
    guard let parameters = metadata.metadata?.parameters else { return violations }
    return violations
      + BlockTableJudge().judge(
        file, region: regions.blockTable.range, parameters: parameters,
        occupied: regions.occupied)
  }

  /// The image with its log replayed, in an overlay.
  private func replayed(
    _ file: any ImageFile, _ current: CurrentHeader
  ) -> Result<any ImageFile, RecoveryRefusal> {
    guard current.logToReplay(fileByteCount: file.byteCount) != nil else { return .success(file) }
    let overlay = OverlayImage(file)
    switch Recovery().run(on: overlay) {
    case .refused(let refusal): return .failure(refusal)
    case .notNeeded, .recovered, .openedWithoutReplay, .neverEnds: return .success(overlay)
    }
  }
}

import Bytes
import Checking
import VHDX

/// The structures of an image that seldom change, judged: where its regions are, and what its metadata
/// says.
struct ImageStructures {
  var violations: [Violation]
  /// `nil` where the image cannot be read.
  var parts: (regions: ImageRegions, metadata: ImageMetadata)?

  init(judging file: any ImageFile, current: CurrentHeader?, options: ImageJudgeOptions) {
    let found = RegionJudge().judge(file, current: current)
    violations = found.violations
    guard let regions = found.regions else { return }
    let metadata = MetadataJudge(options: options).judge(file, region: regions.metadata.range)
    violations += metadata.violations
    parts = metadata.metadata.map { (regions, $0) }
  }
}

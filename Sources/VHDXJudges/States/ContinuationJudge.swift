import Bytes
import Checking
import VHDX

/// D10: the image takes new writes after recovery, and they survive the next cut. Asked once for all
/// states that lead to the same blocks.
struct ContinuationJudge {
  private struct Key: Hashable {
    var extents: [DiskMap.Extent]
    var byteCount: UInt64
    var outcome: String
  }

  private let areas: ImageAreas
  private let goOn: (@Sendable (SparseBytes) -> String?)?
  private var known: [Key: String?] = [:]

  /// Images whose structures are larger are not gone on with: each time they would be copied.
  private static let maximumStructuresByteCount: UInt64 = 64 << 20
  private static let maximumFileByteCount: UInt64 = 64 << 30

  init(areas: ImageAreas, goOn: (@Sendable (SparseBytes) -> String?)?) {
    self.areas = areas
    self.goOn = goOn
  }

  mutating func judge(
    _ image: StateImage, _ map: DiskMap, _ outcome: RecoveryOutcome
  ) -> [Violation] {
    guard let goOn else { return [] }
    let key = Key(extents: map.extents, byteCount: image.byteCount, outcome: Self.name(outcome))
    let failure = known[key] ?? structures(of: image).flatMap(goOn)
    known[key] = .some(failure)
    return failure.map { [Violation(by: .continuationJudge, .d10, $0)] } ?? []
  }

  private static func name(_ outcome: RecoveryOutcome) -> String {
    switch outcome {
    case .notNeeded: "not needed"
    case .recovered: "recovered"
    case .openedWithoutReplay: "opened without replay"
    case .refused, .neverEnds: "does not open"
    }
  }

  private func structures(of image: StateImage) -> SparseBytes? {
    guard image.byteCount <= Self.maximumFileByteCount else { return nil }
    let ranges = (areas.structures + areas.recoverable).filter {
      $0.endByteOffset <= image.byteCount
    }
    guard ranges.reduce(0, { $0 + $1.byteCount }) <= Self.maximumStructuresByteCount else {
      return nil
    }
    var copy = SparseBytes(byteCount: image.byteCount)
    for range in ranges { image.history.copy(range, of: image.state, to: &copy) }
    return copy
  }
}

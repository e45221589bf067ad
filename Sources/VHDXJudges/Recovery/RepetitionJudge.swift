import Bytes
import Checking
import VHDX

/// R09 and D08 of a recovery whose result is right: doing it again, and the power failing inside of it,
/// must make no difference.
struct RepetitionJudge {
  let expected: ExpectedRecovery
  let options: RecoveryOptions
  let cutsOff: Bool

  /// At how many changes a recovery is cut off, besides those after its headers.
  static let maximumCutCount = 4
  private static let firstByteOffset: UInt64 = 1 << 20

  func judge(_ seen: RecoveryObservation) -> [Violation] {
    guard seen.answer == .opened, expected.opens == true, !expected.isNotNeeded else { return [] }
    let again = ExpectedRecovery(seen.after, options: options)
    if case .replayed(let entries) = again.replay.verdict {
      return [
        Violation(
          by: .repetitionJudge, .r09,
          "the recovered image is to be recovered again: its log still has \(entries.count) entries"
        )
      ]
    }
    return cutsOff ? judgeCuts(seen) : []
  }

  private func judgeCuts(_ seen: RecoveryObservation) -> [Violation] {
    let changes = seen.changes ?? []
    let step = changes.count / Self.maximumCutCount + 1
    var cuts = Set(stride(from: 0, to: changes.count, by: step))
    // What changes headers decides whether the log is looked at again.
    for index in changes.indices where changes[index].isHeader { cuts.insert(index + 1) }
    for cut in cuts.sorted() {
      for lost in losses(in: changes, cut: cut) {
        if let violation = judge(changes, cut: cut, lost: lost, seen) { return [violation] }
      }
    }
    return []
  }

  /// `nil`, and the last change that no flush made stable: of the headers, and of anything else.
  private func losses(in changes: [ImageChange], cut: Int) -> [Int?] {
    let first = changes[..<cut].lastIndex(of: .flush).map { $0 + 1 } ?? 0
    let header = (first..<cut).last { changes[$0].isHeader }
    let other = (first..<cut).last { !changes[$0].isHeader }
    return [nil] + [header, other].filter { $0 != nil }
  }

  private func judge(
    _ changes: [ImageChange], cut: Int, lost: Int?, _ seen: RecoveryObservation
  ) -> Violation? {
    let image = OverlayImage(expected.before)
    for (index, change) in changes[..<cut].enumerated() where index != lost {
      image.apply(change)
    }
    let again = ExpectedRecovery(image, options: options)
    let outcome: String
    if let refusal = again.refusal {
      outcome = "is refused: \(refusal)"
    } else if let difference = difference(again.file, seen.after) {
      outcome = "leaves another \(difference)"
    } else {
      return nil
    }
    let loss = lost.map { " without change \($0)" } ?? ""
    return Violation(
      by: .repetitionJudge, .d08,
      "the power fails after \(cut) of recovery's \(changes.count) changes\(loss): recovering again "
        + outcome)
  }

  private func difference(_ one: any ImageFile, _ other: any ImageFile) -> String? {
    if one.byteCount != other.byteCount {
      return "length, \(one.byteCount) instead of \(other.byteCount) bytes"
    }
    return SectorDifference(one, other, from: Self.firstByteOffset).sectors.first
      .map { "sector at byte \($0)" }
  }
}

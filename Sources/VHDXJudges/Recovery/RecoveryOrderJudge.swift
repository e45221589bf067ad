import Bytes
import Checking
import VHDX

/// R08 and R10: the order in which recovery changed the file, where that is known.
struct RecoveryOrderJudge {
  let expected: ExpectedRecovery

  func judge(_ seen: RecoveryObservation) -> [Violation] {
    guard let changes = seen.changes, expected.header?.isDirty == true else { return [] }
    return judgeFirstChange(changes) + judgeClearing(changes)
  }

  /// Before replay only headers and log are written, so the first other change is one of the log's.
  private func judgeFirstChange(_ changes: [ImageChange]) -> [Violation] {
    let first = changes.first { change in
      switch change {
      case .write, .zero: !change.isHeader
      case .resize, .flush: false
      }
    }
    guard let range = first?.range, let logRange = expected.logRange, !logRange.overlaps(range)
    else { return [] }
    if expected.survey.contains(where: { $0.touches(range) })
      || expected.survey.count == LoggedEntry.maximumCount
    {
      return []
    }
    return [
      Violation(
        by: .recoveryOrderJudge, .r08,
        "byte \(range.byteOffset), which no entry of the log names, was written first")
    ]
  }

  private func judgeClearing(_ changes: [ImageChange]) -> [Violation] {
    var unstable: ImageChange?
    for change in changes {
      if change == .flush {
        unstable = nil
      } else if change.headerGUID(at: 48)?.isZero == true {
        guard let range = unstable?.range else { return [] }
        return [
          Violation(
            by: .recoveryOrderJudge, .r10,
            "LogGuid was cleared while the change at byte \(range.byteOffset) was not stable")
        ]
      } else if !change.isHeader {
        unstable = change
      }
    }
    return []
  }
}

import Bytes
import Checking
import CrashStates
import Rules
import VHDX

/// Says which rules a recovery broke, from one dirty image before it and after it.
///
/// It knows of no mistake that could be switched on: it works out what the specification makes of the
/// image, and explains what is different. Of an image that no header can be found in, only whether it
/// opens is judged.
///
/// Rules R01 to R12, the E rules where an invalid entry was used, S03, S04, S09, those of the header
/// updates, D08, D09.
///
/// Source: [MS-VHDX] 2.3.3 (v20240423).
package struct RecoveryJudge {
  /// The recovery that the specification wants; its limit of the file's length is that of the one
  /// under test.
  private let options: RecoveryOptions
  /// Whether recoveries are cut off and done again, which takes most of the time.
  private let cutsOff: Bool

  /// The rules that a recovery can break.
  package static let rules: [Rule] = [
    .d08, .d09, .e01, .e02, .e03, .e04, .e05, .e06, .e07, .e08, .e09, .e10, .e11, .h03, .h04, .h05,
    .h06, .h07, .h10, .h11, .h12, .h13, .h15, .h18, .r01, .r02, .r03, .r04, .r05, .r06, .r07, .r08,
    .r09, .r10, .r11, .r12, .s03, .s04, .s09,
  ]

  /// - Parameter cutsOff: `false` where somebody else cuts recoveries off, as the tier `recrash` does.
  package init(_ options: RecoveryOptions = RecoveryOptions(), cutsOff: Bool = true) {
    self.options = options
    self.cutsOff = cutsOff
  }

  /// - Parameter before: the dirty image, not changed since.
  /// - Returns: causes before consequences, the first of each rule.
  package func judge(
    before: any ImageFile, _ seen: RecoveryObservation, state: CrashState? = nil
  ) -> [Violation] {
    judge(ExpectedRecovery(before, options: options), seen, state: state)
  }

  func judge(
    _ expected: ExpectedRecovery, _ seen: RecoveryObservation, state: CrashState? = nil
  ) -> [Violation] {
    if let refusal = expected.refusal, refusal.kind == .header {
      return AnswerJudge.judge(seen.answer, withoutHeader: refusal).map { violation in
        var violation = violation
        violation.state = state
        return violation
      }
    }
    let comparison = RecoveryComparison(expected, seen)
    var list = ViolationList()
    if seen.isReadOnly {
      list.add(ReadOnlyJudge(comparison: comparison).judge(seen))
    } else {
      list.add(judge(expected, comparison, seen))
    }
    let violations = list.sorted
    if violations.isEmpty { return [] }
    let lines = RecoveryDescription(comparison: comparison).lines
    return violations.map { violation in
      var violation = violation
      violation.state = state
      violation.evidence += lines
      return violation
    }
  }

  private func judge(
    _ expected: ExpectedRecovery, _ comparison: RecoveryComparison, _ seen: RecoveryObservation
  ) -> [Violation] {
    var violations = comparison.judgeContents()
    if violations.isEmpty {
      // Another result than the right one would show as a difference in every repetition.
      violations += RepetitionJudge(expected: expected, options: options, cutsOff: cutsOff)
        .judge(seen)
    }
    violations += AnswerJudge(expected: expected, comparison: comparison).judge(seen)
    violations += HeaderChangeJudge(expected: expected).judge(seen)
    violations += RecoveryOrderJudge(expected: expected).judge(seen)
    return violations
  }
}

/// R12 and what else a read-only opening can break.
struct ReadOnlyJudge {
  let comparison: RecoveryComparison

  func judge(_ seen: RecoveryObservation) -> [Violation] {
    let expected = comparison.expected
    var violations: [Violation] = []
    let place = comparison.sectors.first
    let headerChange = seen.changes?.first { $0.isHeader }
    if place != nil || headerChange != nil || seen.after.byteCount != expected.before.byteCount {
      let what = place.map { "byte \($0)" } ?? (headerChange == nil ? "its length" : "a header")
      violations.append(
        Violation(by: .recoveryJudge, .r12, "a read-only opening changed \(what) of the file"))
    }
    if seen.answer == .opened, expected.refusal?.kind == .noActiveSequence {
      violations.append(.opensWithoutSequence)
    }
    if seen.answer == .neverEnded {
      violations.append(
        Violation(by: .recoveryJudge, .d09, "opening the image for reading never ends"))
    }
    return violations
  }
}

extension Violation {
  static let opensWithoutSequence = Violation(
    by: .recoveryJudge, .r02, "LogGuid is set, no run of entries is complete, and the image opens")
}

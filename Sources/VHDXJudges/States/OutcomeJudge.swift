import Bytes
import Checking
import VHDX

/// S05, D08 and D09 for one set of structures: there is an active sequence where there must be one, the
/// image opens, and opening it again finds nothing left to do. What the recovery did is held
/// against the specification's own.
struct OutcomeJudge {
  let profile: RecoveryProfile

  /// - Parameters:
  ///   - image: as the power cut left it.
  ///   - recovered: as recovery left it.
  func judge(
    _ image: any ImageFile, _ outcome: RecoveryOutcome, _ recovered: OverlayImage
  ) -> [Violation] {
    var violations: [Violation] = []
    let expected = ExpectedRecovery(image, options: RecoveryOptions())
    if expected.refusal?.kind == .noActiveSequence { violations.append(withoutSequence(expected)) }
    switch outcome {
    case .refused(let refusal) where refusal.isLimitOfOurs: break
    case .refused(let refusal):
      violations.append(
        Violation(by: .outcomeJudge, .d09, "the image is refused after the cut: \(refusal)"))
    case .neverEnds:
      violations.append(
        Violation(by: .outcomeJudge, .d09, "opening the image after the cut never ends"))
    case .notNeeded, .openedWithoutReplay: break
    case .recovered: violations += judgeAgain(recovered)
    }
    return violations
      + RecoveryJudge(cutsOff: !profile.bugs.isEmpty).judge(
        expected, RecoveryObservation(outcome, recovered))
  }

  private func withoutSequence(_ expected: ExpectedRecovery) -> Violation {
    var evidence: [String] = []
    if let header = expected.header, let range = expected.logRange {
      evidence.append(
        "header at byte \(header.byteOffset): number \(header.sequenceNumber), LogGuid "
          + "\(GUID(header.logGUID)), log at \(range)")
      evidence += expected.replay.runs.map {
        "run of \($0.entries.count) entries: incomplete, no entry of it starts at Tail \($0.head.tail)"
      }
      if expected.replay.runs.isEmpty {
        evidence.append("no entry in the log carries this LogGuid")
      }
    }
    return Violation(
      by: .outcomeJudge, .s05,
      "LogGuid is set, and the log holds no active sequence", evidence: evidence)
  }

  private func judgeAgain(_ recovered: OverlayImage) -> [Violation] {
    let again = OverlayImage(recovered)
    let outcome = Recovery(profile: profile).run(on: again)
    if outcome == .notNeeded && again.changes.isEmpty { return [] }
    return [
      Violation(
        by: .outcomeJudge, .d08, "recovering the recovered image is not without effect: \(outcome)")
    ]
  }
}

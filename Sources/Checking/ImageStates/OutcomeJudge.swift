import Bytes
import VHDX

/// S05, D08 and D09 for one set of structures: there is an active sequence where there must be one, the
/// image opens, and opening it again finds nothing left to do. A recovery that is not the
/// specification's is judged for what it did, too.
struct OutcomeJudge {
  let profile: RecoveryProfile

  /// - Parameters:
  ///   - image: as the power cut left it.
  ///   - recovered: as recovery left it.
  func judge(
    _ image: any ImageFile, _ outcome: RecoveryOutcome, _ recovered: OverlayImage
  ) -> [Violation] {
    var violations: [Violation] = []
    let required =
      profile.bugs.isEmpty ? outcome : Recovery().run(on: OverlayImage(image))
    if case .refused(.noActiveSequence) = required {
      violations.append(withoutSequence(image))
    }
    switch outcome {
    case .refused(let refusal):
      violations.append(Violation(.d09, "the image is refused after the cut: \(refusal)"))
    case .neverEnds:
      violations.append(Violation(.d09, "opening the image after the cut never ends"))
    case .notNeeded, .openedWithoutReplay: break
    case .recovered: violations += judgeAgain(recovered)
    }
    if !profile.bugs.isEmpty {
      violations += RecoveryJudge().judge(
        before: image, RecoveryObservation(outcome, recovered))
    }
    return violations
  }

  private func withoutSequence(_ image: any ImageFile) -> Violation {
    var evidence: [String] = []
    if let current = try? HeaderPair(reading: image).current(.qemu, fileByteCount: image.byteCount),
      let range = current.header.logRange
    {
      evidence.append(
        "header \(current.slot.rawValue + 1): number \(current.header.sequenceNumber), LogGuid "
          + "\(current.header.logGUID), log at \(range)")
      let report = LogSearch.run(
        LogRing(image, range: range), logGUID: current.header.logGUID)
      evidence += report.runs.map { "run of \($0.entries.count) entries: \($0.standing)" }
      if report.runs.isEmpty { evidence.append("no entry in the log carries this LogGuid") }
    }
    return Violation(
      .s05, "LogGuid is set, and the log holds no active sequence", evidence: evidence)
  }

  private func judgeAgain(_ recovered: OverlayImage) -> [Violation] {
    let again = OverlayImage(recovered)
    let outcome = Recovery(profile: profile).run(on: again)
    if outcome == .notNeeded && again.changes.isEmpty { return [] }
    return [
      Violation(.d08, "recovering the recovered image is not without effect: \(outcome)")
    ]
  }
}

import Bytes
import Checking
import LogOracle
import Rules
import VHDX

/// Whether a recovery opened, refused, or never ended where it must not, and why it may have.
struct AnswerJudge {
  let expected: ExpectedRecovery
  let comparison: RecoveryComparison

  func judge(_ seen: RecoveryObservation) -> [Violation] {
    switch seen.answer {
    case .opened: judgeOpening()
    case .refused(let text): judgeRefusal(text)
    case .neverEnded: judgeEndlessness() + [.neverEnds]
    case .crashed(let text): [.ended(by: text)]
    }
  }

  /// Nothing can be made of an image without a header that counts but to refuse it.
  static func judge(
    _ answer: RecoveryObservation.Answer, withoutHeader refusal: OracleRefusal
  ) -> [Violation] {
    switch answer {
    case .opened:
      [Violation(by: .answerJudge, refusal.rule, "\(refusal), and the image opens")]
    case .refused: []
    case .neverEnded: [.neverEnds]
    case .crashed(let text): [.ended(by: text)]
    }
  }

  private func judgeOpening() -> [Violation] {
    guard let refusal = expected.refusal else { return [] }
    switch refusal.kind {
    case .noActiveSequence: return [.opensWithoutSequence]
    case .truncated: return [Violation(by: .answerJudge, .r03, "\(refusal), and the image opens")]
    case .header: return []
    }
  }

  // MARK: Refusals

  private func judgeRefusal(_ text: String) -> [Violation] {
    var violations: [Violation] = []
    if comparison.isHalfWay { violations += judgeHalfWay() }
    guard expected.opens == true else { return violations }
    let cause = judgeFlushedByteCounts() + judgeShapes() + judgeHiding()
    violations += cause
    if cause.isEmpty && violations.isEmpty, let entry = firstInvalid {
      violations.append(invalidEntryIsFatal(entry))
    }
    return violations + [
      Violation(by: .answerJudge, .d09, "the image must open and is refused: \(text)")
    ]
  }

  /// Something was replayed before it was refused.
  private func judgeHalfWay() -> [Violation] {
    let place = comparison.sectors[0]
    if expected.refusal?.kind == .truncated {
      return [
        Violation(
          by: .answerJudge, .r03,
          "a file that is too short was changed at byte \(place) before it was refused")
      ]
    }
    let wrong = expected.survey.first { $0.header.defect?.rule == .e10 }
    var violations: [Violation] = []
    if let entry = wrong?.header, let defect = entry.defect {
      violations.append(
        Violation(
          by: .answerJudge, .e10,
          "entry \(entry.sequenceNumber) was found wrong only while it was replayed: \(defect)"))
    }
    if expected.opens != nil {
      violations.append(
        Violation(by: .answerJudge, .r11, "replay changed byte \(place) and gave up in the middle"))
    }
    return violations
  }

  /// R03: only the newest entry's promise counts.
  private func judgeFlushedByteCounts() -> [Violation] {
    let tooLong = expected.replayed.dropLast().first {
      $0.flushedByteCount > expected.before.byteCount
    }
    guard let tooLong else { return [] }
    return [
      Violation(
        by: .answerJudge, .r03,
        "the image is refused because entry \(tooLong.sequenceNumber), which is not the newest, "
          + "promises \(tooLong.flushedByteCount) bytes")
    ]
  }

  private func judgeShapes() -> [Violation] {
    let large = expected.survey.map(\.header).first {
      $0.isValid && $0.descriptorCount > 126
    }
    guard let large else { return [] }
    return [
      Violation(
        by: .answerJudge, .r11,
        "a valid entry of \(large.descriptorCount) descriptors, at sector \(large.sectorIndex) of "
          + "the log, makes the image unopenable")
    ]
  }

  private func judgeHiding() -> [Violation] {
    guard !comparison.isHalfWay, let reason = expected.hidingReason else { return [] }
    var violations = [
      Violation(by: .answerJudge, .s04, "the active sequence was not found: \(reason)")
    ]
    if let entry = firstInvalid, Self.isDescriptorDefect(entry) {
      violations.append(invalidEntryIsFatal(entry))
    }
    return violations
  }

  /// An invalid entry that carries the LogGuid, one with a bad descriptor rather than another.
  private var firstInvalid: OracleEntry? {
    let invalid = expected.survey.map(\.header).filter { $0.defect?.isForeign == false }
    return invalid.first(where: Self.isDescriptorDefect) ?? invalid.first
  }

  private static func isDescriptorDefect(_ entry: OracleEntry) -> Bool {
    entry.defect.map { $0.rule == .e08 || $0.rule == .e09 } ?? false
  }

  private func invalidEntryIsFatal(_ entry: OracleEntry) -> Violation {
    Violation(
      by: .answerJudge, .r11,
      "an invalid entry at sector \(entry.sectorIndex) of the log makes the image unopenable"
        + (entry.defect.map { ": \($0)" } ?? ""))
  }

  // MARK: Never ending

  private func judgeEndlessness() -> [Violation] {
    var violations: [Violation] = []
    for entry in expected.survey {
      let header = entry.header
      if header.byteCount == 0 {
        violations.append(
          Violation(
            by: .answerJudge, .e03,
            "entry \(header.sequenceNumber) of 0 bytes keeps the search in one place")
        )
      }
      let most = entry.updates.filter { !$0.isData }.map(\.byteCount).max() ?? 0
      if most > 1 << 29 {
        violations.append(
          Violation(
            by: .answerJudge, .e09, "entry \(header.sequenceNumber) zeroes \(most) bytes one by one"
          ))
      }
    }
    return violations
  }
}

extension Violation {
  fileprivate static let neverEnds = Violation(
    by: .answerJudge, .d09, "opening the image never ends")

  fileprivate static func ended(by text: String) -> Violation {
    Violation(by: .answerJudge, .d09, "what opens the image is ended by \(text)")
  }
}

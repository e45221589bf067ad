import Bytes
import CrashStates

/// What the answer of a command to one crash state means: X03 for the answer, X02 and X04 for the file
/// that it left.
package struct CommandJudge: Sendable {
  package let command: ImageCommand
  private let history: DiskHistory
  private let format: any ImageFormat
  private let lineThatWrites: @Sendable (CrashState) -> String

  /// - Parameters:
  ///   - format: what the disk holds, with our recovery.
  ///   - lineThatWrites: the one line that writes the image of a state to a file, for the reports.
  package init(
    _ command: ImageCommand, history: DiskHistory, format: any ImageFormat,
    lineThatWrites: @escaping @Sendable (CrashState) -> String
  ) {
    self.command = command
    self.history = history
    self.format = format
    self.lineThatWrites = lineThatWrites
  }

  /// - Parameter left: the file as the command left it; `nil` where it is gone.
  package func judge(
    _ state: CrashState, _ answer: CommandAnswer, left: (any ImageFile)?
  ) -> JudgedAnswer {
    let image = StateImage(history, state)
    let verdict = answer.verdict(isKnownClean: format.needsRecovery(image) == false)
    var violations: [Violation] = []
    if case .broken(let what) = verdict {
      violations.append(
        Violation(by: .commandJudge, .x03, "'\(command)' \(what)", evidence: answer.shownLines))
    }
    var disagreements: [Violation]?
    if verdict == .accepted, let left {
      disagreements = format.disagreements(of: command, with: image, left: left)
    }
    violations += disagreements ?? []
    return JudgedAnswer(
      verdict: verdict, isRecoveryCompared: disagreements != nil,
      violations: violations.map { located($0, state) })
  }

  private func located(_ violation: Violation, _ state: CrashState) -> Violation {
    var located = violation
    located.state = state
    located.evidence += state.lost.compactMap { entryIndex in
      history.description(ofLosing: entryIndex, among: state.lost).map {
        "entry \(entryIndex) is lost: \($0)"
      }
    }
    located.evidence.append("the image: \(lineThatWrites(state))")
    return located
  }
}

/// A command's answer to one state, and what is wrong with it.
package struct JudgedAnswer: Sendable {
  package var verdict: CommandVerdict
  /// Whether it recovered its copy, so that X02 and X04 were judged.
  package var isRecoveryCompared: Bool
  package var violations: [Violation]

  package init(
    verdict: CommandVerdict, isRecoveryCompared: Bool = false, violations: [Violation] = []
  ) {
    self.verdict = verdict
    self.isRecoveryCompared = isRecoveryCompared
    self.violations = violations
  }
}

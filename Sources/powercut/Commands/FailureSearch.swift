import Bytes
import Checking
import CrashStates
import Host

extension CommandCheck {
  /// Of more ways to fail only the states are counted.
  private static let maximumExplainedCount = 6

  /// Asks about smaller losses of the first state of each group that was refused, to say why it was. An interrupt
  /// ends it.
  func explain(_ tallies: inout [CommandTally]) throws {
    for place in commands.indices {
      let failures = tallies[place].failures
      for (group, failure) in failures.groups.prefix(Self.maximumExplainedCount).enumerated() {
        if Interrupts.isRequested { return }
        let search = FailureSearch(place, self) {
          $0.violations.contains { failures.contains($0, inGroup: group) }
        }
        let explanation = FailureExplanation(of: recording) { runner.subject.words(ofStep: $0) }
        tallies[place].explain(
          group: group, try explanation.lines(of: failure.state) { try search.fails($0) })
      }
    }
  }
}

/// Asks one command whether states fail in one way; those with the same bytes and marks once.
private final class FailureSearch {
  private struct Key: Hashable {
    var digest: Digest128
    var markCount: Int
  }

  /// The place of the command among the others.
  private let place: Int
  private let check: CommandCheck
  private let isTheSame: (JudgedAnswer) -> Bool
  private var known: [Key: Bool] = [:]

  init(
    _ place: Int, _ check: CommandCheck, isTheSame: @escaping (JudgedAnswer) -> Bool
  ) {
    self.place = place
    self.check = check
    self.isTheSame = isTheSame
  }

  func fails(_ state: CrashState) throws -> Bool {
    let recording = check.recording
    if Interrupts.isRequested || recording.unknownPath(in: state) != nil { return false }
    let key = Key(
      digest: recording.digest(of: state), markCount: recording.markCount(atCut: state.cut))
    if let answer = known[key] { return answer }
    let (check, place, number) = (check, place, known.count)
    let judged = try check.remember(state, place) {
      try check.runner.ask(check.commands[place], about: state, number: number)
    }
    let answer = isTheSame(judged)
    known[key] = answer
    return answer
  }
}

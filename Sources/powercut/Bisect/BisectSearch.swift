import Campaign
import Checking
import CrashStates

extension BisectResult {
  /// Searches by a command.
  ///
  /// - Parameter add: takes the answer in.
  /// - Throws: what keeps the command from being asked.
  mutating func search(
    _ bisect: Bisect, _ judge: BisectCommandJudge,
    _ add: (BisectAnswer, inout BisectResult) -> Void
  ) throws {
    var progress = ProgressLine()
    defer {
      progress.clear()
      commandRunCount = judge.runCount
    }
    let text = text
    do {
      let answer = try bisect.run { state in
        progress.show("\(judge.runCount) runs of the command, now \(text(state))")
        return try judge.answer(state).outcome
      }
      add(answer, &self)
      if let bad = answer.failingState { violation = try judge.answer(bad).violations.first }
    } catch is BisectInterruption {
      isInterrupted = true
    }
  }
}

extension BisectAnswer {
  /// The state that fails where one does.
  var failingState: CrashState? {
    switch verdict {
    case .culprit(let culprit): culprit.bad
    case .failsFromTheStart(let state): state
    case .nothingFails, .everythingSkipped: nil
    }
  }
}

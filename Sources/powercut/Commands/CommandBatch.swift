import Checking
import CrashStates
import Host

/// Some states that are given to every command, several at once.
struct CommandBatch {
  let jobCount: Int
  let states: [CrashState]
  let commandCount: Int
  /// What the progress line calls the states.
  let noun: String

  /// - Parameter ask: says what a command makes of a state; `number` is that of the question.
  /// - Returns: `false` where the user wants to stop.
  func ask(
    _ tallies: inout [CommandTally], _ progress: inout ProgressLine,
    _ ask: @escaping @Sendable (_ state: Int, _ command: Int, _ number: Int) throws -> JudgedAnswer
  ) throws -> Bool {
    let (states, commandCount) = (states, commandCount)
    try WorkerPool(jobCount: jobCount).run(indexCount: states.count * commandCount) { index in
      Result { try ask(index / commandCount, index % commandCount, index) }
    } consume: { index, result in
      // An answer that came after the signal is that of a program that was killed for it.
      if Interrupts.isRequested { return false }
      tallies[index % commandCount].add(
        try result.get(), of: states[index / commandCount])
      progress.show("\(tallies[0].counts.stateCount) \(noun) judged by commands")
      return true
    }
    return !Interrupts.isRequested
  }
}

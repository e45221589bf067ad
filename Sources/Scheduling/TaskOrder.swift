/// Which task went on at each step of a run.
///
/// As text, `STEPSxTASK` for each turn, joined by commas: `12x0,3x1,4x0` lets task 0 take twelve steps,
/// then task 1 three, then task 0 four more. Unlike the choices of a ``Schedule`` it still says something
/// when an operation is taken out of the run, and a person can read it.
package struct TaskOrder: Hashable, Sendable, CustomStringConvertible {
  /// Steps of one task in a row.
  package struct Turn: Hashable, Sendable {
    package var task: Int
    /// At least 1.
    package var stepCount: Int

    package init(task: Int, stepCount: Int) {
      precondition(task >= 0 && stepCount > 0, "a turn has steps")
      self.task = task
      self.stepCount = stepCount
    }
  }

  /// No two neighbours are of the same task.
  package private(set) var turns: [Turn] = []

  /// - Parameter turns: neighbours of the same task become one.
  package init(_ turns: [Turn] = []) {
    for turn in turns { append(turn) }
  }

  /// - Parameter tasks: that of each step.
  package init(tasks: some Sequence<Int>) {
    for task in tasks { append(Turn(task: task, stepCount: 1)) }
  }

  /// `nil` where `text` is no order. The empty text is the order without a preemption.
  package init?(_ text: String) {
    if text.isEmpty { return }
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let numbers = part.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
      guard numbers.count == 2, let stepCount = numbers[0], let task = numbers[1],
        (1...Self.maximumStepCount).contains(stepCount), (0...Self.maximumTask).contains(task)
      else { return nil }
      append(Turn(task: task, stepCount: stepCount))
    }
  }

  /// What a text can say; a run ends long before.
  private static let maximumStepCount = 1_000_000
  private static let maximumTask = 1_000_000

  package mutating func append(_ turn: Turn) {
    if let last = turns.last, last.task == turn.task {
      turns[turns.count - 1].stepCount += turn.stepCount
    } else {
      turns.append(turn)
    }
  }

  /// How often another task goes on than the one that went before.
  package var switchCount: Int { max(0, turns.count - 1) }

  /// The task of each step.
  package var tasks: [Int] { turns.flatMap { repeatElement($0.task, count: $0.stepCount) } }

  package var description: String {
    turns.map { "\($0.stepCount)x\($0.task)" }.joined(separator: ",")
  }
}

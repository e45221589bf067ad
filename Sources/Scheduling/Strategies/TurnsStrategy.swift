/// Lets tasks go in a given order, as far as they can.
///
/// A turn whose task does not wait to go is left out. Behind the last turn the task that went last goes on
/// as long as it can, then the one with the lowest number: the order without a preemption.
package struct TurnsStrategy: Strategy {
  /// Those that are still to come, the next one last.
  private var turns: [TaskOrder.Turn]
  private var lastTask: Int?

  package init(_ order: TaskOrder) {
    turns = order.turns.reversed()
  }

  package mutating func pick(from pending: [PendingOperation], step: Int) -> Int {
    let index = nextIndex(among: pending)
    lastTask = pending[index].task
    return index
  }

  package mutating func passed(_ operation: PendingOperation) {
    _ = pick(from: [operation], step: 0)
  }

  private mutating func nextIndex(among pending: [PendingOperation]) -> Int {
    while let turn = turns.popLast() {
      guard let index = pending.firstIndex(where: { $0.task == turn.task }) else { continue }
      if turn.stepCount > 1 {
        turns.append(TaskOrder.Turn(task: turn.task, stepCount: turn.stepCount - 1))
      }
      return index
    }
    return pending.firstIndex { $0.task == lastTask } ?? 0
  }
}

import Scheduling
import Workload

/// Fewer tasks, with numbers from zero, and fewer switches between them.
extension ShrinkTrials {
  /// Lets one task do the work of two.
  mutating func mergeTasks() {
    let tasks = Set(best.operations.map(\.task)).sorted()
    for from in tasks.reversed() {
      for into in tasks where into < from {
        let sessions = best.sessions.map { session in
          inOrderOfBegin(session).map { operation in
            var operation = operation
            if operation.task == from { operation.task = into }
            return operation
          }
        }
        if takes(firstOf: ordered(best.with(sessions: sessions))) { break }
      }
    }
  }

  private func inOrderOfBegin(_ operations: [ClientOperation]) -> [ClientOperation] {
    let client = judged.run.client
    func begin(_ operation: ClientOperation) -> Int {
      client.record(of: operation.identifier)?.beganAt ?? .max
    }
    return operations.sorted { (begin($0), $0.identifier) < (begin($1), $1.identifier) }
  }

  mutating func renumberTasks() {
    let tasks = Set(best.operations.map(\.task)).sorted()
    for (number, task) in tasks.enumerated() where number < task {
      var candidate = best.mapping { operation in
        var operation = operation
        if operation.task == task { operation.task = number }
        return operation
      }
      candidate = candidate.with(
        turns: TaskOrder(tasks: best.turns.tasks.map { $0 == task ? number : $0 }))
      _ = takes(firstOf: ordered(candidate))
    }
  }

  /// Merges turns: what one task does in two goes on in one, earlier or later.
  mutating func mergeTurns() {
    var isSmaller = takesFewerSwitches(best.with(turns: TaskOrder()))
    repeat {
      isSmaller = false
      for place in best.turns.turns.indices.reversed() {
        for turns in mergedTurns(around: place) {
          if takesFewerSwitches(best.with(turns: turns)) {
            isSmaller = true
            break
          }
        }
        if isSmaller { break }
      }
    } while isSmaller && !isOver
  }

  /// Looks for a schedule with fewer switches than the case has.
  mutating func searchSwitches(upTo scheduleLimit: Int) {
    var isSmaller = true
    while isSmaller && best.turns.switchCount > 1 && !isOver {
      let switchCount = best.turns.switchCount
      isSmaller = takes(best, searching: scheduleLimit, preemptionLimits: 0...2) {
        $0.order.switchCount < switchCount
      }
    }
  }

  /// Gives an operation to another task, or to one of its own, where that takes fewer switches.
  mutating func moveOperations(searching scheduleLimit: Int) {
    for position in best.operations.indices where best.turns.switchCount > 1 {
      let operation = best.operations[position]
      let tasks = Set(best.operations.map(\.task)).sorted()
      let free = (tasks.last ?? 0) + 1
      for task in tasks + [free] where task != operation.task {
        let switchCount = best.turns.switchCount
        let candidate = best.with(
          sessions: best.sessions.map { session in
            inOrderOfBegin(session).map {
              var moved = $0
              if $0.identifier == operation.identifier { moved.task = task }
              return moved
            }
          })
        let isSmaller = takes(candidate, searching: scheduleLimit, preemptionLimits: 0...1) {
          $0.order.switchCount < switchCount
        }
        if isSmaller { break }
      }
    }
  }

  private mutating func takesFewerSwitches(_ candidate: ShrinkCase) -> Bool {
    let before = (best, judged)
    guard takes(candidate) else { return false }
    if best.turns.switchCount < before.0.turns.switchCount { return true }
    restore(before.0, before.1)
    return false
  }

  /// The turns without the one at `place`, or with it beside the next or the last one of its task.
  private func mergedTurns(around place: Int) -> [TaskOrder] {
    let turns = best.turns.turns
    guard place < turns.count else { return [] }
    let turn = turns[place]
    var without = turns
    without.remove(at: place)
    var merged = [without]
    if let later = turns[(place + 1)...].firstIndex(where: { $0.task == turn.task }) {
      var moved = turns
      moved.remove(at: place)
      moved.insert(turn, at: later - 1)
      merged.append(moved)
      var earlier = turns
      let next = earlier.remove(at: later)
      earlier.insert(next, at: place + 1)
      merged.append(earlier)
    }
    return merged.map { TaskOrder($0) }
  }
}

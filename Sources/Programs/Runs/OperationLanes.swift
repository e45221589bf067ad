import Recorder

/// Lanes for the operations of a program: one takes the first lane that is free, and leaves it when it goes. So a chain
/// of operations stays in one lane, whichever threads carry it out, and one that is held keeps its lane while
/// others pass.
struct OperationLanes {
  /// By submission, what becomes of the operations that wait.
  private var turns: [UInt64: HeldOperation.Turn] = [:]
  /// By submission, the lanes of all operations.
  private(set) var tasks: [UInt64: Int] = [:]
  /// The number of the first lane: those before it are not the program's.
  var firstTask = 0

  func isWaiting(_ operation: HeldOperation) -> Bool { turns[operation.number] != nil }

  /// An operation waits from now on.
  ///
  /// - Returns: its lane.
  mutating func take(_ operation: HeldOperation, _ turn: HeldOperation.Turn) -> Int {
    turns[operation.number] = turn
    let task = freeTask
    tasks[operation.number] = task
    return task
  }

  /// It goes: what becomes of it.
  mutating func leave(_ operation: HeldOperation) -> HeldOperation.Turn {
    turns.removeValue(forKey: operation.number) ?? .go
  }

  private var freeTask: Int {
    let taken = Set(turns.keys.compactMap { tasks[$0] })
    var task = firstTask
    while taken.contains(task) { task += 1 }
    return task
  }
}

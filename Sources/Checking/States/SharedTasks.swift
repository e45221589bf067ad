import Synchronization

/// Tasks that several threads take piece by piece, each with a judge of its own, and what they found, put
/// together in the order of the tasks: so nothing of it depends on how many threads there are.
///
/// Each judge gets its pieces in the order of the tasks.
final class SharedTasks: @unchecked Sendable {
  /// A piece begins anew what one state has from the one before it, so pieces grow as long as there are states.
  private static let pieceTaskCounts = 32...512

  private typealias Piece = [(task: StateTask, findings: StateFindings)]

  private let lock = Mutex(())
  // Everything below is touched inside of the lock only.
  private let next: () -> StateTask?
  private let makeJudge: () -> any StateJudge
  private let conclude: (StateTask, StateFindings) -> Void
  private var judges: [any StateJudge] = []
  /// Of the tasks, and of the pieces, that were taken.
  private var taskCount = 0
  private var takenCount = 0
  private var concludedCount = 0
  private var done: [Int: Piece] = [:]

  /// None of them is called by two threads at once.
  init(
    next: @escaping () -> StateTask?, makeJudge: @escaping () -> any StateJudge,
    conclude: @escaping (StateTask, StateFindings) -> Void
  ) {
    self.next = next
    self.makeJudge = makeJudge
    self.conclude = conclude
  }

  /// What each thread does.
  func work() {
    while let (number, tasks, judge) = take() {
      put(tasks.map { ($0, judge.examine($0)) }, number, judge)
    }
  }

  private func take() -> (number: Int, tasks: [StateTask], judge: any StateJudge)? {
    lock.withLock { _ in
      let limits = Self.pieceTaskCounts
      let count = min(limits.lowerBound + taskCount / 16, limits.upperBound)
      var tasks: [StateTask] = []
      while tasks.count < count, let task = next() { tasks.append(task) }
      if tasks.isEmpty { return nil }
      taskCount += tasks.count
      takenCount += 1
      return (takenCount - 1, tasks, judges.popLast() ?? makeJudge())
    }
  }

  private func put(_ piece: Piece, _ number: Int, _ judge: any StateJudge) {
    lock.withLock { _ in
      judges.append(judge)
      done[number] = piece
      while let piece = done.removeValue(forKey: concludedCount) {
        concludedCount += 1
        for (task, findings) in piece { conclude(task, findings) }
      }
    }
  }
}

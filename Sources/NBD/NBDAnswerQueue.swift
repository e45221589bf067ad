import NIOCore
import Synchronization

/// Answers that nobody has taken yet, and the end of the connection behind them.
///
/// Filled on the event loop and emptied by any thread.
final class NBDAnswerQueue: Sendable {
  private struct State {
    var answers: [NBDAnswer] = []
    var takenCount = 0
    var failure: NBDClientError?
    /// Who waits for the next change, by a number of theirs.
    var waiters: [(number: UInt64, promise: EventLoopPromise<Void>)] = []
    var lastWaiter: UInt64 = 0
  }

  private let state = Mutex(State())

  var failure: NBDClientError? { state.withLock { $0.failure } }

  func put(_ answers: [NBDAnswer]) {
    wake { $0.answers += answers }
  }

  /// What was put before is still taken. Only the first reason counts.
  func fail(_ error: NBDClientError) {
    wake { $0.failure = $0.failure ?? error }
  }

  /// The oldest answer, at once; `nil` without one.
  func take() throws(NBDClientError) -> NBDAnswer? {
    let (answer, failure) = state.withLock { state -> (NBDAnswer?, NBDClientError?) in
      guard state.takenCount < state.answers.count else { return (nil, state.failure) }
      let answer = state.answers[state.takenCount]
      state.takenCount += 1
      // Not at each answer: that would move all the others each time.
      if state.takenCount == state.answers.count || state.takenCount >= 1024 {
        state.answers.removeFirst(state.takenCount)
        state.takenCount = 0
      }
      return (answer, nil)
    }
    if answer == nil, let failure { throw failure }
    return answer
  }

  /// Blocks until there is something to ``take()``, or until the deadline.
  func wait(until deadline: NIODeadline, on eventLoop: any EventLoop) {
    let promise = eventLoop.makePromise(of: Void.self)
    let number = state.withLock { state -> UInt64? in
      if state.takenCount < state.answers.count || state.failure != nil { return nil }
      state.lastWaiter += 1
      state.waiters.append((state.lastWaiter, promise))
      return state.lastWaiter
    }
    guard let number else { return promise.succeed() }
    let timeout = eventLoop.scheduleTask(deadline: deadline) { promise.succeed() }
    // Nobody ever fails it.
    try? promise.futureResult.wait()
    timeout.cancel()
    state.withLock { state in state.waiters.removeAll { $0.number == number } }
  }

  private func wake(_ change: (inout State) -> Void) {
    let waiters = state.withLock { state in
      change(&state)
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.promise.succeed() }
  }
}

/// The oldest operation goes, but a few times, at random steps, the one whose turn it is has to queue
/// again: after all that wait by then, or further back.
///
/// Finds what a few late operations bring about while everything else goes its usual way. With d delays
/// there are only about as many schedules as the d-th power of the number of steps.
///
/// Source: M. Emmi, S. Qadeer, Z. Rakamarić, "Delay-bounded scheduling", POPL 2011. Tasks there are not
/// interrupted, so one that is delayed is late by all that the others do; here, where they take turns at
/// every operation, how late it comes is drawn as well.
package struct DelayStrategy: Strategy {
  struct Delay {
    /// The first step at which it can happen.
    var step: Int
    /// How many steps younger than the youngest the operation becomes.
    var lateStepCount: Int
  }

  /// Those that are still to come, in the order of their steps.
  private(set) var delays: [Delay]
  /// Where in the queue the operations are that were delayed and still wait.
  private var delayedRanks: [PendingOperation.Identity: Int] = [:]

  /// The seed picks one to three delays.
  package init(seed: Seed, expectedStepCount: Int) {
    var stream = RandomStream(seed, .schedule)
    let stepCount = max(1, expectedStepCount)
    let delayCount = stream.next(in: 1...3)
    self.init(
      delays: (0..<delayCount).map { _ in
        Delay(
          step: stream.next(below: stepCount), lateStepCount: stream.pick([0, 4, 16, stepCount]))
      })
  }

  init(delays: [Delay]) {
    self.delays = delays.sorted { ($0.step, $0.lateStepCount) < ($1.step, $1.lateStepCount) }
  }

  package mutating func pick(from pending: [PendingOperation], step: Int) -> Int {
    while let delay = delays.first, step >= delay.step {
      delays.removeFirst()
      let operation = pending[oldest(of: pending)].identity
      delayedRanks[operation] = 2 * (step + delay.lateStepCount) + 1
    }
    let picked = oldest(of: pending)
    delayedRanks[pending[picked].identity] = nil
    return picked
  }

  package mutating func passed(_ operation: PendingOperation) {
    delayedRanks[operation.identity] = nil
  }

  private func oldest(of pending: [PendingOperation]) -> Int {
    var best = 0
    var bestRank = queueRank(of: pending[0])
    for index in pending.indices.dropFirst() {
      let rank = queueRank(of: pending[index])
      if rank < bestRank { (best, bestRank) = (index, rank) }
    }
    return best
  }

  /// Lower goes first, equal ones by task. Even for what came by itself, so that what was delayed finds a
  /// rank between those that came by a step and those that come later.
  private func queueRank(of operation: PendingOperation) -> Int {
    if !delayedRanks.isEmpty, let rank = delayedRanks[operation.identity] { return rank }
    return 2 * operation.sinceStep
  }
}

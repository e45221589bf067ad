/// Each pending operation is as likely as the others.
package struct RandomStrategy: Strategy {
  private var stream: RandomStream

  package init(seed: Seed) {
    stream = RandomStream(seed, .schedule)
  }

  package mutating func pick(from pending: [PendingOperation], step: Int) -> Int {
    stream.next(below: pending.count)
  }
}

/// Each pending operation is as likely as the others.
public struct RandomStrategy: Strategy {
  private var stream: RandomStream

  public init(seed: Seed) {
    stream = RandomStream(seed, .schedule)
  }

  public mutating func pick(from pending: [PendingOperation], step: Int) -> Int {
    stream.next(below: pending.count)
  }
}

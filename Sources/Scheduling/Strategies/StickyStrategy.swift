/// Stays with a task for a while: nine times in ten the task that went last goes on.
///
/// Finds what needs one task to go far ahead of another, which a fair coin rarely does.
package struct StickyStrategy: Strategy {
  private var stream: RandomStream
  private var lastTask: Int?

  package init(seed: Seed) {
    stream = RandomStream(seed, .schedule)
  }

  package mutating func pick(from pending: [PendingOperation], step: Int) -> Int {
    let isStaying = stream.chance(9, of: 10)
    var index = stream.next(below: pending.count)
    if isStaying, let same = pending.firstIndex(where: { $0.task == lastTask }) { index = same }
    lastTask = pending[index].task
    return index
  }
}

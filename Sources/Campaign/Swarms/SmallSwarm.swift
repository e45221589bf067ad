import Scheduling
import Workload
import WriteLog

/// Draws runs so small that all their crash states can be gone through (the tier `all`): a dozen
/// operations that meet each other in a few sectors; or all their schedules: two to four.
struct SmallSwarm {
  let base: RunConfiguration

  func configuration(for seed: Seed) -> RunConfiguration {
    var stream = RandomStream(seed, .configuration)
    var configuration = base
    configuration.deviceByteCount = base.stack.image == .raw ? 64 << 10 : 4 << 20
    configuration.superblockInterval = stream.pick([1, 3, 4096])
    var specification = WorkloadSpecification()
    specification.taskCount = stream.next(in: 1...4)
    specification.operationCount = stream.next(in: 5...12)
    specification.sessionCount = stream.pick([(1, 3), (2, 1)])
    specification.fuaPercent = stream.pick([0, 20, 50])
    specification.maximumByteCount = UInt64(stream.pick([512, 2048]))
    specification.hotByteCount = UInt64(stream.pick([2048, 4096]))
    specification.mix = [.init(.write, 6), .init(.flush, stream.next(in: 2...4))]
    for (action, chance) in [(ClientMark.Action.writeZeroes, 2), (.discard, 2), (.resize, 1)]
    where stream.chance(chance, of: 4) {
      if action == .resize && base.stack.image != .raw { continue }
      specification.mix.append(.init(action, 1))
    }
    if base.schedule.exhaustiveBound != nil {
      specification.taskCount = 2
      specification.operationCount = stream.next(in: 2...4)
      specification.sessionCount = 1
    }
    configuration.workload = .drawn(specification, seed: nil)
    return configuration
  }
}

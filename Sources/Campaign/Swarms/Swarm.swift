import BlockDevice
import Scheduling
import Workload
import WriteLog

/// Draws a run's configuration from its seed: each seed also switches kinds of operations, lengths,
/// sector sizes, sessions and faults on or off, because a run that does everything a little finds less
/// than many that each do something much.
///
/// Source: A. Groce and others, "Swarm testing", ISSTA 2012.
package struct Swarm: Sendable {
  private let base: RunConfiguration

  /// - Parameter base: what stays as it is: stack, bugs and strategy.
  package init(_ base: RunConfiguration) {
    self.base = base
  }

  package func configuration(for seed: Seed) -> RunConfiguration {
    if base.stack.program != nil { return ProgramSwarm(base: base).configuration(for: seed) }
    if base.stack.image.isOfKnownFormat { return ImageSwarm(base: base).configuration(for: seed) }
    return rawConfiguration(for: seed)
  }

  private func rawConfiguration(for seed: Seed) -> RunConfiguration {
    var stream = RandomStream(seed, .configuration)
    var configuration = base
    configuration.logSectorByteCount = stream.pick([
      (UInt32(512), 4), (4096, 3), (1024, 1), (2048, 1), (8192, 1),
    ])
    configuration.deviceByteCount = UInt64(stream.pick([128, 256, 1024])) << 10
    configuration.superblockInterval = stream.pick([1, 3, 16, 4096])
    configuration.staleLogByteCount = stream.chance(1, of: 2) ? 512 << 10 : 0
    let specification = self.specification(&stream, configuration)
    configuration.workload = .drawn(specification, seed: nil)
    configuration.faults = faults(seed, specification, configuration)
    // Without extensions nothing proves an entry that is not counted, and appending overwrites it.
    var endings = RandomStream(seed, .configuration, 4)
    configuration.isKilled =
      configuration.stack.profile.writesOwnFields && endings.chance(1, of: 4)
    configuration.failingLogOperations = failingLogOperations(seed, specification)
    return configuration
  }

  /// Seldom: a log that ends early shows less of everything else. A stream of its own, so that the other
  /// runs are what they would be without these.
  private func failingLogOperations(
    _ seed: Seed, _ specification: WorkloadSpecification
  ) -> Set<Int> {
    var stream = RandomStream(seed, .configuration, 6)
    guard base.stack.profile.writesOwnFields, stream.chance(1, of: 7) else { return [] }
    // An operation of the client is some four of the log's: a number that is too large fails nothing.
    let bound = specification.operationCount * 4
    return Set((0..<stream.next(in: 1...2)).map { _ in stream.next(in: 1...bound) })
  }

  private func specification(
    _ stream: inout RandomStream, _ configuration: RunConfiguration
  ) -> WorkloadSpecification {
    var specification = WorkloadSpecification()
    specification.taskCount = stream.next(in: 1...5)
    specification.operationCount = stream.next(in: 6...32)
    specification.sessionCount = stream.pick([(1, 5), (2, 3), (3, 1)])
    specification.fuaPercent = stream.pick([0, 10, 40])
    specification.maximumByteCount = max(
      UInt64(configuration.logSectorByteCount), UInt64(stream.pick([4, 16, 64])) << 10)
    specification.hotByteCount = stream.chance(1, of: 2) ? 64 << 10 : nil
    let kinds: [(ClientMark.Action, Int, Int)] = [
      (.writeZeroes, 4, 2), (.discard, 2, 2), (.flush, 3, 3), (.read, 1, 1), (.resize, 1, 1),
    ]
    specification.mix = [.init(.write, stream.next(in: 2...8))]
    for (action, weight, chance) in kinds where stream.chance(chance, of: 4) {
      specification.mix.append(.init(action, weight))
    }
    return specification
  }

  private func faults(
    _ seed: Seed, _ specification: WorkloadSpecification, _ configuration: RunConfiguration
  ) -> DeviceFaults {
    var stream = RandomStream(seed, .faults)
    var faults = DeviceFaults()
    if stream.chance(1, of: 4) {
      for _ in 0..<stream.next(in: 1...2) {
        faults.errors[stream.next(below: specification.operationCount)] = .inputOutput
      }
    }
    if stream.chance(1, of: 8) { faults.capacityByteCount = configuration.deviceByteCount / 4 * 3 }
    return faults
  }
}

import Scheduling
import Stacks
import Workload
import WriteLog

/// Draws the configuration of a run of a real program from its seed, as ``Swarm`` does for simulated
/// stacks.
///
/// A run takes a fifth of a second and each of its operations is held and let go by itself, so runs are
/// short and meet in few places. The first writes to a block are where a format can go wrong: on a disk
/// that is kept in blocks all tasks come to the new ones together.
struct ProgramSwarm {
  let base: RunConfiguration

  func configuration(for seed: Seed) -> RunConfiguration {
    var stream = RandomStream(seed, .configuration)
    var configuration = base
    configuration.deviceByteCount = UInt64(stream.pick([1, 2, 4])) << 20
    if base.stack.image.isOfKnownFormat {
      configuration.deviceByteCount =
        UInt64(stream.next(in: 2...8)) * UInt64(base.image.blockByteCount)
    }
    configuration.workload = .drawn(specification(&stream, configuration, seed), seed: nil)
    if base.stack.image.isOfKnownFormat, stream.chance(1, of: 5) {
      // What a format does about an error is its own; of a raw file an error is the client's affair.
      configuration.faults.errors[stream.next(below: Self.faultyOperationCount)] = .inputOutput
    }
    return configuration
  }

  /// As many operations as the first few allocations take.
  private static let faultyOperationCount = 64

  private func specification(
    _ stream: inout RandomStream, _ configuration: RunConfiguration, _ seed: Seed
  ) -> WorkloadSpecification {
    var specification = WorkloadSpecification()
    specification.taskCount = stream.next(in: 2...4)
    specification.operationCount = stream.next(in: 6...16)
    specification.sessionCount = 1
    specification.fuaPercent = stream.pick([(0, 3), (10, 1)])
    specification.maximumByteCount = UInt64(stream.pick([4, 16, 64])) << 10
    specification.mix = [.init(.write, 9), .init(.flush, 4)]
    if base.stack.image.isOfKnownFormat {
      let blockByteCount = UInt64(configuration.image.blockByteCount)
      let blockCount = configuration.deviceByteCount / blockByteCount
      let sweep = stream.next(in: 1...3)
      specification.operationCount = Int(blockCount) * sweep * specification.taskCount
      specification.blocks = WorkloadSpecification.Blocks(
        byteCount: blockByteCount, indices: Array(0..<blockCount),
        spanByteCount: UInt64(stream.pick([8, 128])) << 10, wholePercent: 0,
        sweepOperationCount: sweep)
      // Its driver writes the zeroes out, up to a whole block of them.
      if stream.chance(1, of: 8) { specification.mix.append(.init(.writeZeroes, 1)) }
    } else {
      specification.hotByteCount = UInt64(stream.pick([64, 256, 1024])) << 10
      if stream.chance(2, of: 3) { specification.mix.append(.init(.writeZeroes, 3)) }
      // What is typed into qemu-io waits for a discard, so that none meets anything.
      if case .nbd? = base.stack.program?.client, stream.chance(1, of: 3) {
        specification.mix.append(.init(.discard, 2))
      }
    }
    // A stream of its own, so that the runs without reads are what they would be if there were none.
    var reads = RandomStream(seed, .configuration, 4)
    if reads.chance(1, of: 2) { specification.mix.append(.init(.read, reads.next(in: 2...5))) }
    return specification
  }
}

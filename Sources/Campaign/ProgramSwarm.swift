import Scheduling
import Stacks
import VHDX
import Workload
import WriteLog

/// Draws the configuration of a run of a real program from its seed, as ``Swarm`` does for simulated
/// stacks.
///
/// A run takes a fifth of a second and each of its operations is held and let go by itself, so runs are
/// short and meet in few places: the first writes to a block are where a format can go wrong.
struct ProgramSwarm {
  let base: RunConfiguration

  func configuration(for seed: Seed) -> RunConfiguration {
    var stream = RandomStream(seed, .configuration)
    var configuration = base
    configuration.deviceByteCount = UInt64(stream.pick([1, 2, 4])) << 20
    if base.stack.image == .vhdx {
      configuration.deviceByteCount =
        UInt64(stream.next(in: 2...4)) * UInt64(base.image.blockByteCount)
    }
    configuration.workload = .drawn(specification(&stream, configuration), seed: nil)
    return configuration
  }

  private func specification(
    _ stream: inout RandomStream, _ configuration: RunConfiguration
  ) -> WorkloadSpecification {
    var specification = WorkloadSpecification()
    specification.taskCount = stream.next(in: 2...4)
    specification.operationCount = stream.next(in: 6...16)
    specification.sessionCount = 1
    specification.fuaPercent = stream.pick([(0, 3), (10, 1)])
    specification.maximumByteCount = UInt64(stream.pick([4, 16, 64])) << 10
    specification.mix = [.init(.write, 9), .init(.flush, 4)]
    if base.stack.image == .vhdx {
      specification.blocks = WorkloadSpecification.Blocks(
        byteCount: UInt64(configuration.image.blockByteCount),
        indices: blockIndices(&stream, configuration),
        spanByteCount: UInt64(stream.pick([8, 128])) << 10, wholePercent: 0)
      // Its driver writes the zeroes out, up to a whole block of them.
      if stream.chance(1, of: 8) { specification.mix.append(.init(.writeZeroes, 1)) }
    } else {
      specification.hotByteCount = UInt64(stream.pick([64, 256, 1024])) << 10
      if stream.chance(2, of: 3) { specification.mix.append(.init(.writeZeroes, 3)) }
    }
    return specification
  }

  /// All of the disk, or one or two blocks in which all tasks meet.
  private func blockIndices(
    _ stream: inout RandomStream, _ configuration: RunConfiguration
  ) -> [UInt64] {
    let blockCount = configuration.deviceByteCount / UInt64(configuration.image.blockByteCount)
    let count = stream.chance(1, of: 2) ? blockCount : UInt64(stream.next(in: 1...2))
    return Array(0..<min(count, blockCount))
  }
}

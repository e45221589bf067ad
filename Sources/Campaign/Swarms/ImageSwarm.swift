import BlockDevice
import ImageStacks
import Scheduling
import Stacks
import Workload
import WriteLog

/// Draws the configuration of a run of an image stack from its seed, as ``Swarm`` does for raw disks.
///
/// Disks and blocks are small and used again and again: what is looked for happens where blocks come
/// to be, go, and share a sector of the block table.
struct ImageSwarm {
  let base: RunConfiguration

  func configuration(for seed: Seed) -> RunConfiguration {
    var stream = RandomStream(seed, .configuration)
    var configuration = base
    let sector = stream.pick([(UInt32(512), 3), (4096, 1)])
    configuration.image.logicalSectorByteCount = sector
    configuration.logSectorByteCount = stream.chance(1, of: 4) ? sector : 512
    configuration.superblockInterval = stream.pick([1, 16, 4096])
    configuration.image.isFixed = stream.chance(1, of: 12)
    // 512 blocks share a sector of the block table.
    let blockCount = configuration.image.isFixed ? 3 : stream.pick([4, 16, 64, 1030])
    wear(&configuration, seed)
    configuration.deviceByteCount =
      UInt64(blockCount) * UInt64(configuration.image.blockByteCount)
    if stream.chance(1, of: 2) {
      let sectorCount = stream.next(in: 1...6)
      configuration.image.firstRingByteOffset =
        UInt64(configuration.image.logByteCount)
        - UInt64(sectorCount * ImageConfiguration.logSectorByteCount)
    }
    if stream.chance(1, of: 2) {
      configuration.image.usableRingByteCount =
        UInt64(stream.next(in: 3...12) * ImageConfiguration.logSectorByteCount)
    }
    configuration.image.entriesPerCheckpoint = stream.next(in: 1...4)
    var specification = self.specification(&stream, configuration, blockCount: blockCount)
    addReads(to: &specification, seed)
    configuration.workload = .drawn(specification, seed: nil)
    configuration.faults = faults(seed, specification)
    return configuration
  }

  private func specification(
    _ stream: inout RandomStream, _ configuration: RunConfiguration, blockCount: Int
  ) -> WorkloadSpecification {
    var specification = WorkloadSpecification()
    specification.taskCount = stream.next(in: 1...5)
    // What takes several steps one after the other is met far more often in a long run than in as many
    // operations of short ones; short ones are easier to read.
    specification.operationCount =
      stream.chance(1, of: 5) ? stream.next(in: 4...10) : stream.next(in: 10...40)
    specification.sessionCount = stream.pick([(1, 4), (2, 4), (3, 1)])
    specification.fuaPercent = stream.pick([0, 10, 40])
    specification.maximumByteCount = UInt64(stream.pick([4, 8, 32])) << 10
    let indices = blockIndices(&stream, blockCount: UInt64(blockCount))
    specification.blocks = WorkloadSpecification.Blocks(
      byteCount: UInt64(configuration.image.blockByteCount),
      indices: indices,
      spanByteCount: UInt64(stream.pick([8, 32, 1024])) << 10)
    let kinds: [(ClientMark.Action, Int, Int)] = [
      (.writeZeroes, 3, 2), (.discard, 3, 2), (.flush, 3, 3), (.read, 1, 1),
    ]
    specification.mix = [.init(.write, stream.next(in: 3...8))]
    for (action, weight, chance) in kinds where stream.chance(chance, of: 4) {
      specification.mix.append(.init(action, weight))
    }
    return specification
  }

  /// Now and then an image that was in use before, commits that take several entries, large sectors below. A stream
  /// of its own, so that the other runs are what they would be without these.
  private func wear(_ configuration: inout RunConfiguration, _ seed: Seed) {
    guard configuration.stack.program == nil, configuration.stack.profile == .exact else { return }
    var stream = RandomStream(seed, .configuration, 5)
    if stream.chance(1, of: 12), !configuration.image.isFixed {
      configuration.image.isWorn = true
      configuration.image.blockByteCount = 2 << 20
    }
    if stream.chance(1, of: 12) { configuration.image.entrySectorLimit = 1 }
    // The device below then takes no request as small as the disk's own sectors.
    if stream.chance(1, of: 12) { configuration.logSectorByteCount = 4096 }
  }

  /// What a reader does wrong shows in runs that read again and again. A stream of its own, so that the other
  /// runs are what they would be without these.
  private func addReads(to specification: inout WorkloadSpecification, _ seed: Seed) {
    var stream = RandomStream(seed, .configuration, 4)
    if stream.chance(1, of: 4) {
      specification.mix.removeAll { $0.action == .read }
      specification.mix.append(.init(.read, stream.next(in: 3...8)))
      specification.blocks?.acrossPercent = stream.pick([5, 30])
      // While a place is taken again somebody reads there.
      if stream.chance(1, of: 4) { meetAtFewBlocks(&specification) }
    }
  }

  /// Blocks go and come back, and every task is at the same few.
  private func meetAtFewBlocks(_ specification: inout WorkloadSpecification) {
    guard var blocks = specification.blocks else { return }
    blocks.indices = Array(blocks.indices.prefix(2))
    blocks.spanByteCount = 8 << 10
    blocks.wholePercent = 90
    specification.blocks = blocks
    specification.taskCount = max(3, specification.taskCount)
    // A place is taken again only after a zeroing, a flush and another write: that takes a while.
    specification.operationCount = 80
    specification.maximumByteCount = 8 << 10
    for action in [ClientMark.Action.writeZeroes, .flush]
    where !specification.mix.contains(where: { $0.action == action }) {
      specification.mix.append(.init(action, 3))
    }
  }

  /// The first few blocks and those where the table goes on in another sector; or one or two alone, so
  /// that all tasks meet there.
  private func blockIndices(_ stream: inout RandomStream, blockCount: UInt64) -> [UInt64] {
    let first = UInt64(stream.next(in: 1...5))
    let indices = ((0..<first) + [510, 511, 512, blockCount - 1]).filter { $0 < blockCount }
    if stream.chance(2, of: 3) { return indices }
    return (0..<stream.next(in: 1...2)).map { _ in stream.pick(indices) }
  }

  private func faults(_ seed: Seed, _ specification: WorkloadSpecification) -> DeviceFaults {
    var stream = RandomStream(seed, .faults)
    var faults = DeviceFaults()
    if stream.chance(1, of: 2) {
      for _ in 0..<stream.pick([(1, 3), (2, 2), (4, 1)]) {
        // One operation of the client is about six of the file's. What is set up once, and everything
        // later relies on, is set up early.
        let bound = stream.chance(1, of: 2) ? 32 : specification.operationCount * 6
        faults.errors[stream.next(below: bound)] = .inputOutput
      }
    }
    if stream.chance(1, of: 8) {
      faults.capacityByteCount = UInt64(stream.next(in: 5...9)) << 20
    }
    return faults
  }
}

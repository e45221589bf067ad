import CrashStates

/// The usual configuration wherever the run's own does not matter, and as few faults and crash states as
/// it takes.
extension ShrinkTrials {
  mutating func simplifyConfiguration() {
    let usual = RunConfiguration(stack: best.configuration.stack)
    takes { $0.staleLogByteCount = 0 }
    takes { $0.isKilled = false }
    takes { $0.superblockInterval = usual.superblockInterval }
    takes { $0.image = usual.image }
    takes { $0.image.isFixed = false }
    takes { $0.image.isWorn = false }
    takes { $0.image.entrySectorLimit = nil }
    takes { $0.image.firstRingByteOffset = 0 }
    takes { $0.image.usableRingByteCount = nil }
    takes { $0.image.entriesPerCheckpoint = usual.image.entriesPerCheckpoint }
    takes { $0.image.logicalSectorByteCount = 512 }
    takes { $0.logSectorByteCount = 512 }
    shortenDevice()
    weakenFaults()
  }

  /// Only the states that show it: fewer are judged from then on, too.
  mutating func simplifyStates() {
    let simple: [[Tier]] = [[.prefix], [.drop(1)], [.flushedOnly], [.drop(2)]]
    for tiers in simple + best.tiers.map({ [$0] }) where tiers.count < best.tiers.count {
      var candidate = best
      candidate.tiers = tiers
      if takes(candidate) { return }
    }
  }

  private mutating func weakenFaults() {
    takes { $0.faults.capacityByteCount = nil }
    takes { $0.faults.liesAboutFlushes = false }
    for place in best.configuration.faults.errors.keys.sorted() {
      takes { $0.faults.errors[place] = nil }
    }
    for place in best.configuration.failingLogOperations.sorted() {
      takes { $0.failingLogOperations.remove(place) }
    }
    for place in best.configuration.faults.shortWrites.sorted() {
      takes { $0.faults.shortWrites.remove(place) }
    }
  }

  private mutating func shortenDevice() {
    let isImage = best.configuration.stack.image.isOfKnownFormat
    let unit = isImage ? UInt64(best.configuration.image.blockByteCount) : 64 << 10
    let end = best.operations.map(\.range.endByteOffset).max() ?? 0
    // A worn image has three blocks at least.
    let least: UInt64 = best.configuration.image.isWorn ? 3 : 1
    let shortest = max(least, (end + unit - 1) / unit) * unit
    if shortest < best.configuration.deviceByteCount { takes { $0.deviceByteCount = shortest } }
  }

  /// Tries a simpler configuration, unless it is the one that is there.
  private mutating func takes(_ change: (inout RunConfiguration) -> Void) {
    var candidate = best
    change(&candidate.configuration)
    if candidate != best { _ = takes(candidate) }
  }
}

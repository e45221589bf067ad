/// The torn writes of one file's epoch, by number: grown entry by entry, so that a long epoch is not gone through
/// again at each of its cuts.
struct TearNumbers {
  let tier: Tier
  /// What a device writes whole.
  private let unitByteCount: Int
  private let seed: UInt64
  /// The writes that can be torn, and how many tears there are up to each, it included.
  private var entryIndices: [Int] = []
  private var ends: [UInt64] = []

  init(tier: Tier, unitByteCount: Int, seed: UInt64) {
    self.tier = tier
    self.unitByteCount = unitByteCount
    self.seed = seed
  }

  var count: UInt64 { ends.last ?? 0 }

  mutating func append(_ entryIndex: Int, _ event: DiskEvent) {
    if event.kind != .write { return }
    let tearCount = tears(entryIndex, event).count
    if tearCount == 0 { return }
    entryIndices.append(entryIndex)
    ends.append(count + UInt64(tearCount))
  }

  mutating func removeAll() {
    entryIndices.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
  }

  /// The tear of a number below ``count``.
  func tear(_ number: UInt64, _ events: DiskEvents) -> Tear {
    let place = ends.countBelow(number + 1)
    let first = place == 0 ? 0 : ends[place - 1]
    let entryIndex = entryIndices[place]
    return tears(entryIndex, events[entryIndex])[Int(number - first)]
  }

  private func tears(_ entryIndex: Int, _ event: DiskEvent) -> [Tear] {
    Tear.all(ofEntry: entryIndex, writing: event.range, unitByteCount: unitByteCount, seed: seed)
  }
}

import Bytes
import WriteLog

/// The one forward pass over a log that gives the sum at every cut.
struct DigestPass {
  private let history: BlockHistory
  private let hasher: UnitHasher
  private let log: ByteRegion
  private var pages: ContributionPages
  /// What was hashed on the way, as far as it is kept.
  private(set) var kept: KeptContributions

  init(_ history: BlockHistory, log: ByteRegion, keptUnitCount: Int) {
    self.history = history
    self.log = log
    hasher = UnitHasher(log: log, base: history.base.region)
    kept = KeptContributions(history.events, maximumUnitCount: keptUnitCount)
    pages = ContributionPages(history.blocks, base: history.base)
  }

  /// The sum at each cut, one more than there are entries.
  mutating func run() -> [StateSum] {
    var sums: [StateSum] = []
    sums.reserveCapacity(history.events.count + 1)
    sums.append(pages.sum)
    var forgetting = PageForgetting(region: log)
    var ahead = ReadAhead(of: log, for: .everything)
    for entryIndex in 0..<history.events.count {
      let event = history.events[entryIndex]
      if event.kind == .write { ahead.pass(event.payloadByteOffset) }
      apply(event, entryIndex)
      sums.append(pages.sum)
      if event.kind == .write { forgetting.pass(event.payloadByteOffset) }
    }
    return sums
  }

  private mutating func apply(_ event: DiskEvent, _ entryIndex: Int) {
    switch event.kind {
    case .none: return
    case .write:
      let isKept = kept.start(entryIndex, event)
      pages.write(event, of: log) { contributions in
        if isKept { kept.append(contributions) }
      }
    case .discard: pages.zero(event.range)
    case .size:
      pages.zero(event.range)
      applyCutUnit(event, entryIndex)
    }
  }

  /// The unit within which the disk now ends keeps its first bytes.
  private mutating func applyCutUnit(_ event: DiskEvent, _ entryIndex: Int) {
    let blockNumber = event.range.byteOffset / DiskBlock.byteCount
    guard let cut = event.cutUnit(inBlock: blockNumber),
      let place = history.blocks.place(ofBlock: blockNumber)
    else { return }
    var found = UnitSource.zero
    history.resolve(
      UnitMask(cut.unit..<cut.unit + 1), place: place, state: CrashState(cut: entryIndex + 1)
    ) { found = $1 }
    let unitIndex = blockNumber * UInt64(DiskBlock.unitCount) + UInt64(cut.unit)
    pages.set(
      cut.unit, place: place,
      to: StateSum.contribution(ofHash: hasher.hash(found), unitIndex: unitIndex))
  }
}

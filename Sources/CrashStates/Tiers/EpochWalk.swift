import Bytes
import Scheduling

/// Goes through the cuts of a recording, with what is optional at each.
struct EpochWalk {
  private let space: StateSpace
  private(set) var cut = 0
  /// One for each file.
  private(set) var lanes: [EpochLane]
  /// Changes of names that happened and are not durable, ascending.
  private(set) var optionalNames: [Int] = []
  /// The files that have a name in any state of the cut.
  private(set) var visibleLanes: [Int] = []

  init(_ space: StateSpace, _ tiers: [Tier]) {
    self.space = space
    lanes = space.recording.files.map { file in
      EpochLane(
        tears: tiers.compactMap { tier in
          guard case .torn(let unit) = tier else { return nil }
          return TearNumbers(
            tier: tier, unitByteCount: unit ?? file.history.sectorByteCount,
            seed: space.seed.rawValue)
        })
    }
    lookForNames()
    // What was done before is optional there, too.
    while cut < space.cuts.lowerBound || space.recording.isWithinCall(atCut: cut) {
      if cut == space.recording.stepCount { break }
      passStep()
    }
  }

  /// Goes on to the next cut that is not within a call.
  ///
  /// - Returns: whether there is one.
  mutating func moveToNextCut() -> Bool {
    guard cut < space.recording.stepCount else { return false }
    repeat { passStep() } while space.recording.isWithinCall(atCut: cut)
    return cut <= space.cuts.upperBound
  }

  private mutating func passStep() {
    if let entry = space.recording.entry(ofStep: cut) {
      let events = space.recording.files[entry.file].history.blockHistory.events
      lanes[entry.file].pass(entry.entryIndex, atStep: cut, events, space.areas)
    }
    cut += 1
    passNames()
  }

  private mutating func passNames() {
    guard let names = space.recording.names else { return }
    let knownCount = optionalNames.count
    optionalNames.removeAll { names.operations[$0].durableCut <= cut }
    var hasChanged = optionalNames.count < knownCount
    if let new = names.place(ofStep: cut - 1) {
      hasChanged = true
      if names.operations[new].durableCut > cut { optionalNames.append(new) }
    }
    if hasChanged { lookForNames() }
  }

  private mutating func lookForNames() {
    guard let names = space.recording.names else { return }
    let durable = KeptNames(
      of: space.recording.nameCount(atCut: cut), losing: optionalNames)
    visibleLanes = names.recordings(keeping: durable, optional: optionalNames).sorted()
  }
}

/// What of one file is optional at the cut that a walk has come to.
struct EpochLane {
  /// Steps, in the order in which losing them is tried.
  private(set) var optional: [Int] = []
  /// How much each of them matters, the least first.
  private var ranks: [Int] = []
  /// For each tier of torn writes.
  private(set) var tears: [TearNumbers]

  init(tears: [TearNumbers]) {
    self.tears = tears
  }

  mutating func pass(
    _ entryIndex: Int, atStep step: Int, _ events: DiskEvents, _ areas: [[ByteRange]]
  ) {
    if events.isFlush(entryIndex) {
      optional.removeAll(keepingCapacity: true)
      ranks.removeAll(keepingCapacity: true)
      for place in tears.indices { tears[place].removeAll() }
    }
    if events.isVolatile(entryIndex) {
      insert(step, events[entryIndex].range, areas)
      for place in tears.indices { tears[place].append(entryIndex, events[entryIndex]) }
    }
  }

  private mutating func insert(_ step: Int, _ range: ByteRange, _ areas: [[ByteRange]]) {
    if areas.isEmpty {
      optional.append(step)
      return
    }
    let rank = areas.firstIndex { $0.contains { $0.overlaps(range) } } ?? areas.count
    let place = ranks.firstIndex { $0 > rank } ?? ranks.count
    optional.insert(step, at: place)
    ranks.insert(rank, at: place)
  }
}

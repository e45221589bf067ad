import Scheduling

/// What the joint states of some tiers are made from.
///
/// The tiers that lose sets of entries (``Tier``) lose names too: of m changes of names that are optional at
/// a cut, each counts as one more entry, and since a crash keeps the first so many of them,
///
///     drop:k    losing one loses all after it
///     keep:k    keeping one keeps all before it
///     random:n  as many are kept as were drawn
///     names     each number of names, once with all contents and once with the durable ones only
package struct JointStateSpace: Sendable {
  /// The tiers that joint states have.
  package static let forms =
    "prefix, flushed-only, drop:K, keep:K, torn, torn:BYTES, names, random:N, all"
  package static let defaultTiers: [Tier] = [.prefix, .flushedOnly, .drop(1), .names]

  package let history: JointHistory
  let seed: Seed

  /// - Parameter seed: what `random:n` and samples draw from.
  package init(_ history: JointHistory, seed: UInt64) {
    self.history = history
    self.seed = Seed(seed)
  }

  /// - Throws: ``CrashStateError`` at a tier that joint states do not have, and where `all` is more than
  ///   can be gone through.
  package func check(_ tiers: [Tier]) throws(CrashStateError) {
    for tier in tiers {
      switch tier {
      case .prefix, .flushedOnly, .drop, .keep, .torn, .names, .random: continue
      case .all where counts(of: [.all])[0] <= StateSpace.maximumAllCount: continue
      case .all:
        throw CrashStateError(
          field: "states",
          expected: "at most \(StateSpace.maximumAllCount) states in the tier 'all'",
          found: "more", hint: "Take 'drop:2,keep:2,names,random:100' instead.")
      case .fuaOnly, .inFlight, .recrash:
        throw CrashStateError(
          field: "states", expected: "one of \(Self.forms)", found: "'\(tier)'",
          hint: "Check the recording of one file alone for the other tiers.")
      }
    }
  }

  /// How many states each tier has over all cuts; 2^64 - 1 for that many and more.
  package func counts(of tiers: [Tier]) -> [UInt64] {
    var counts = [UInt64](repeating: 0, count: tiers.count)
    for cut in 0...history.lineCount where !history.isWithinCall(atCut: cut) {
      var states = JointCutStates(self, cut: cut)
      for (place, tier) in tiers.enumerated() {
        states.start(tier)
        let (sum, overflow) = counts[place].addingReportingOverflow(states.count)
        counts[place] = overflow ? .max : sum
      }
    }
    return counts
  }
}

/// The joint states of some tiers, one at a time: cut by cut, and at each cut tier by tier in the order
/// given. The same recording, tiers and seed give the same states in the same order.
package struct JointStateEnumerator: Sequence, IteratorProtocol {
  private let space: JointStateSpace
  private let tiers: [Tier]
  private var sampled: SampledTiers
  private var states: JointCutStates
  private var nextTierPlace = 0
  private var numbers = SampledNumbers(all: 0)

  /// - Parameter sample: the part of the states that is gone through; `nil` for all.
  package init(_ space: JointStateSpace, tiers: [Tier], sample: StateSample? = nil) {
    self.space = space
    self.tiers = tiers
    sampled = SampledTiers(sample, tierCount: tiers.count, seed: space.seed)
    states = JointCutStates(space, cut: 0)
  }

  package mutating func next() -> (tier: Tier, state: JointState)? {
    while true {
      if let number = numbers.next() {
        if let state = states.state(number) { return (tiers[nextTierPlace - 1], state) }
      } else if nextTierPlace < tiers.count {
        startTier(nextTierPlace)
        nextTierPlace += 1
      } else {
        guard states.cut < space.history.lineCount else { return nil }
        var cut = states.cut + 1
        while space.history.isWithinCall(atCut: cut) { cut += 1 }
        states = JointCutStates(space, cut: cut)
        nextTierPlace = 0
      }
    }
  }

  private mutating func startTier(_ place: Int) {
    states.start(tiers[place])
    numbers = sampled.numbers(below: states.count, atCut: states.cut, tierPlace: place)
  }
}

/// The joint states of one cut, tier by tier, each by number.
struct JointCutStates {
  private struct OptionalEntry {
    var file: Int
    var entryIndex: Int
  }

  private let history: JointHistory
  private let seed: Seed
  let cut: Int
  /// File by file, ascending.
  private let entries: [OptionalEntry]
  private let durableNameCount: Int
  private let optionalNameCount: Int
  private var lostSets: LostSets
  private var tier = Tier.prefix
  /// Of the tier of torn writes.
  private var tears: [JointState.Torn] = []

  init(_ space: JointStateSpace, cut: Int) {
    let history = space.history
    let durable = history.durableNameCount(atCut: cut)
    let nameCount = history.nameCount(atCut: cut)
    // What has no name cannot be seen, whatever it holds.
    let visible = history.names.recordings(after: durable...nameCount)
    var entries: [OptionalEntry] = []
    for file in history.files.indices where visible.contains(file) {
      let epoch = history.files[file].history.epoch(
        atCut: history.cut(ofFile: file, atCut: cut))
      entries += epoch.optionalEntryIndices.map { OptionalEntry(file: file, entryIndex: $0) }
    }
    self.history = history
    seed = space.seed
    self.cut = cut
    self.entries = entries
    durableNameCount = durable
    optionalNameCount = nameCount - durable
    lostSets = LostSets(
      elementCount: entries.count + optionalNameCount, seed: space.seed, cut: cut)
  }

  mutating func start(_ tier: Tier) {
    self.tier = tier
    if tier != .names { lostSets.start(tier, isBehindFUA: false) }
    if case .torn(let unit) = tier { tears = entries.flatMap { tears(of: $0, unit: unit) } }
  }

  private func tears(of entry: OptionalEntry, unit: Int?) -> [JointState.Torn] {
    let file = history.files[entry.file]
    let event = file.history.blockHistory.events[entry.entryIndex]
    if event.kind != .write { return [] }
    return Tear.all(
      ofEntry: entry.entryIndex, writing: event.range,
      unitByteCount: unit ?? file.history.sectorByteCount, seed: seed.rawValue
    ).map { JointState.Torn(recording: file.recording, tear: $0) }
  }

  /// How many numbers the tier has; 2^64 - 1 for that many and more.
  var count: UInt64 {
    if case .torn = tier { return UInt64(tears.count) }
    guard tier == .names else { return lostSets.count }
    if optionalNameCount == 0 { return 0 }
    return UInt64(entries.isEmpty ? optionalNameCount : 2 * optionalNameCount + 1)
  }

  /// The state of a number below ``count``; `nil` for one that an earlier tier had.
  mutating func state(_ number: UInt64) -> JointState? {
    if tier == .names { return stateOfNames(Int(number)) }
    if case .torn = tier { return JointState(cut: cut, torn: tears[Int(number)]) }
    guard let lost = lostSets.subset(number) else { return nil }
    let entryLossCount = lost.countBelow(entries.count)
    return state(
      losing: lost[..<entryLossCount],
      keptNameCount: keptNameCount(losing: lost[entryLossCount...].map { $0 - entries.count }))
  }

  private func stateOfNames(_ number: Int) -> JointState {
    number < optionalNameCount
      ? state(losing: [], keptNameCount: number)
      : state(losing: entries.indices[...], keptNameCount: number - optionalNameCount)
  }

  /// - Parameter lost: changes of names, counted from the first optional one, ascending.
  private func keptNameCount(losing lost: [Int]) -> Int {
    switch tier {
    case .keep:
      var keptCount = optionalNameCount
      for name in lost.reversed() where name == keptCount - 1 { keptCount -= 1 }
      return keptCount
    case .random, .all: return optionalNameCount - lost.count
    default: return lost.first ?? optionalNameCount
    }
  }

  private func state(losing lost: some Sequence<Int>, keptNameCount: Int) -> JointState {
    var losses: [JointState.Loss] = []
    for place in lost {
      let entry = entries[place]
      let recording = history.files[entry.file].recording
      if losses.last?.recording != recording {
        losses.append(JointState.Loss(recording: recording, entryIndices: []))
      }
      losses[losses.count - 1].entryIndices.append(entry.entryIndex)
    }
    return JointState(
      cut: cut, losses: losses,
      keptNameCount: keptNameCount == optionalNameCount ? nil : durableNameCount + keptNameCount)
  }
}

import Bytes
import Scheduling

/// What the states of a log are made from.
package struct StateSpace: Sendable {
  /// As many states of the tier `all` are gone through; where there are more it is refused.
  package static let maximumAllCount: UInt64 = 1 << 20

  package let history: DiskHistory
  let seed: Seed
  /// What is tried first at each cut: entries that touch the first of these areas, then the next.
  let areas: [[ByteRange]]
  let inFlightOrder: InFlightOrder?

  /// - Parameters:
  ///   - tiers: those that will be asked for.
  ///   - origin: who wrote the log.
  ///   - seed: what `random:n`, mixtures and samples draw from.
  ///   - areas: the places that matter most, the most important first.
  package init(
    _ history: DiskHistory, tiers: [Tier], origin: LogOrigin, seed: UInt64,
    areas: [[ByteRange]] = []
  ) {
    self.history = history
    self.seed = Seed(seed)
    self.areas = areas
    let needsOrder = tiers.contains { $0 == .inFlight || $0 == .all }
    inFlightOrder = needsOrder ? history.inFlightOrder(origin) : nil
  }

  /// How many states each tier has over all cuts; 2^64 - 1 for that many and more. Of `random:n` it is
  /// how many are drawn, of `recrash` nothing: only recovery knows.
  package func counts(of tiers: [Tier]) -> [UInt64] {
    var counts = [UInt64](repeating: 0, count: tiers.count)
    var walk = EpochWalk(self, tiers)
    repeat {
      for (place, count) in self.counts(of: tiers, at: walk).enumerated() {
        let (sum, overflow) = counts[place].addingReportingOverflow(count)
        counts[place] = overflow ? .max : sum
      }
    } while walk.moveToNextCut()
    return counts
  }

  private func counts(of tiers: [Tier], at walk: EpochWalk) -> [UInt64] {
    var states = CutStates(self, at: walk)
    return tiers.map { tier in
      states.start(tier)
      return states.count
    }
  }

  /// Why `all` cannot be gone through; `nil` where it can, or is not asked for.
  package func refusal(of tiers: [Tier]) -> CrashStateError? {
    guard let place = tiers.firstIndex(of: .all) else { return nil }
    let count = counts(of: tiers)[place]
    if count <= Self.maximumAllCount { return nil }
    return CrashStateError(
      field: "states", expected: "at most \(Self.maximumAllCount) states in the tier 'all'",
      found: count == .max ? "more than can be counted" : "\(count)",
      hint: "Take 'drop:2,keep:2,in-flight,random:100' instead, or a shorter log.")
  }
}

extension DiskHistory {
  /// What was in flight together.
  package func inFlightOrder(_ origin: LogOrigin) -> InFlightOrder {
    InFlightOrder(index, blockHistory.events, origin: origin)
  }
}

/// Goes through the cuts of a log, with the optional entries of each.
struct EpochWalk {
  private let space: StateSpace
  private(set) var cut = 0
  /// In the order in which losing them is tried.
  private(set) var optional: [Int] = []
  /// How much each of them matters, the least first.
  private var ranks: [Int] = []
  /// For each tier of torn writes.
  private(set) var tears: [TearNumbers]

  init(_ space: StateSpace, _ tiers: [Tier]) {
    self.space = space
    tears = tiers.compactMap { tier in
      guard case .torn(let unit) = tier else { return nil }
      return TearNumbers(
        unitByteCount: unit ?? space.history.sectorByteCount, seed: space.seed.rawValue)
    }
  }

  /// Goes on to the next cut that is not within a call.
  ///
  /// - Returns: whether there is one.
  mutating func moveToNextCut() -> Bool {
    let events = space.history.blockHistory.events
    guard cut < events.count else { return false }
    repeat { passEntry(events) } while events.isWithinCall(atCut: cut)
    return true
  }

  private mutating func passEntry(_ events: DiskEvents) {
    if events.isFlush(cut) {
      optional.removeAll(keepingCapacity: true)
      ranks.removeAll(keepingCapacity: true)
      for place in tears.indices { tears[place].removeAll() }
    }
    if events.isVolatile(cut) {
      insert(cut, events)
      for place in tears.indices { tears[place].append(cut, events[cut]) }
    }
    cut += 1
  }

  private mutating func insert(_ entryIndex: Int, _ events: DiskEvents) {
    if space.areas.isEmpty {
      optional.append(entryIndex)
      return
    }
    let range = events[entryIndex].range
    let rank = space.areas.firstIndex { $0.contains { $0.overlaps(range) } } ?? space.areas.count
    let place = ranks.firstIndex { $0 > rank } ?? ranks.count
    optional.insert(entryIndex, at: place)
    ranks.insert(rank, at: place)
  }
}

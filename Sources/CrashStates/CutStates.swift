import Bytes
import Scheduling

/// The states of one cut, tier by tier, each by number.
struct CutStates {
  private let space: StateSpace
  let cut: Int
  /// The cut's optional entries in the order in which losing them is tried.
  private let optional: [Int]
  private var lostSets: LostSets
  private var source = Source.subsets

  private enum Source {
    case subsets
    case tears([Tear])
    case states([CrashState])
    /// Every subset of the optional entries with each of these.
    case plans([[EarlyEntry]])
    case tooMany
  }

  init(_ space: StateSpace, cut: Int, optional: [Int]) {
    self.space = space
    self.cut = cut
    self.optional = optional
    lostSets = LostSets(elementCount: optional.count, seed: space.seed, cut: cut)
  }

  mutating func start(_ tier: Tier) {
    let events = space.history.blockHistory.events
    lostSets.start(tier, isBehindFUA: cut > 0 && events.isFUA(cut - 1))
    switch tier {
    case .torn(let units): source = .tears(tears(units))
    case .inFlight: source = .states(inFlight())
    case .all: source = plans().map { .plans($0) } ?? .tooMany
    default: source = .subsets
    }
  }

  /// How many numbers the tier has; 2^64 - 1 for that many and more.
  var count: UInt64 {
    switch source {
    case .subsets: return lostSets.count
    case .tears(let tears): return UInt64(tears.count)
    case .states(let states): return UInt64(states.count)
    case .plans(let plans):
      let (product, overflow) = lostSets.count.multipliedReportingOverflow(
        by: UInt64(plans.count))
      return overflow ? .max : product
    case .tooMany: return .max
    }
  }

  /// The state of a number below ``count``; `nil` for one that an earlier tier had.
  mutating func state(_ number: UInt64) -> CrashState? {
    switch source {
    case .subsets:
      guard let lost = lostSets.subset(number) else { return nil }
      return state(losing: lost)
    case .tears(let tears): return CrashState(cut: cut, torn: tears[Int(number)])
    case .states(let states): return states[Int(number)]
    case .plans(let plans):
      let subsetCount = lostSets.count
      guard let lost = lostSets.subset(number % subsetCount) else { return nil }
      var state = state(losing: lost)
      state.early = plans[Int(number / subsetCount)]
      return state
    case .tooMany: return nil
    }
  }

  /// - Parameter places: handed over, so that the state's list takes no room of its own.
  private func state(losing places: consuming [Int]) -> CrashState {
    var lost = consume places
    var isAscending = true
    for place in lost.indices {
      lost[place] = optional[lost[place]]
      isAscending = isAscending && (place == 0 || lost[place - 1] < lost[place])
    }
    if !isAscending { lost.sort() }
    return CrashState(cut: cut, lost: lost)
  }

  private func tears(_ units: [Int]) -> [Tear] {
    let events = space.history.blockHistory.events
    var tears: [Tear] = []
    for entryIndex in optional where events.kind(entryIndex) == .write {
      for unit in units {
        let unitCount = Tear.unitCount(of: events[entryIndex].range, unitByteCount: unit)
        tears += Tear.shapes(unitCount: unitCount, seed: space.seed.rawValue).map {
          Tear(entryIndex: entryIndex, unitByteCount: unit, shape: $0)
        }
      }
    }
    return tears
  }

  /// One entry out of its order: while nothing, anything, or everything that was optional is lost.
  private func inFlight() -> [CrashState] {
    guard let order = space.inFlightOrder else { return [] }
    var states: [CrashState] = []
    for entryIndex in order.early(atCut: cut) where order.isPossible([entryIndex], atCut: cut) {
      let early = [EarlyEntry(entryIndex: entryIndex, beforeEntryIndex: cut)]
      states.append(CrashState(cut: cut, early: early))
      for lost in optional { states.append(CrashState(cut: cut, lost: [lost], early: early)) }
      if optional.count > 1 {
        states.append(CrashState(cut: cut, lost: optional.sorted(), early: early))
      }
    }
    let epoch = space.history.epoch(atCut: max(0, cut - 1)).durableEntryCount
    for (entryIndex, earlier) in order.overlapping(in: epoch..<max(epoch, cut)) {
      for other in earlier {
        let early = EarlyEntry(entryIndex: entryIndex, beforeEntryIndex: other)
        if order.allows(early) { states.append(CrashState(cut: cut, early: [early])) }
      }
    }
    return states
  }

  /// What may be out of the log's order at this cut; `nil` where it is more than a limit allows.
  private func plans() -> [[EarlyEntry]]? {
    guard let order = space.inFlightOrder else { return [[]] }
    let candidates = order.early(atCut: cut)
    let limit = Int(StateSpace.maximumAllCount)
    guard candidates.count < 20 else { return nil }
    let orders = EffectOrders(order, cut: cut, maximumCount: limit)
    var plans: [[EarlyEntry]] = []
    for number in 0..<(1 << candidates.count) {
      let early = candidates.indices.filter { (number >> $0) & 1 == 1 }.map { candidates[$0] }
      guard order.isPossible(early, atCut: cut) else { continue }
      guard let some = orders.all(early: early), plans.count + some.count <= limit else {
        return nil
      }
      plans += some
    }
    return plans
  }
}

import Bytes
import Scheduling

/// The states of one cut, tier by tier, each by number.
struct CutStates {
  private let space: StateSpace
  let cut: Int
  /// The cut's optional entries in the order in which losing them is tried.
  private let optional: [Int]
  private let tears: [TearNumbers]
  private var lostSets: LostSets
  private var source = Source.subsets

  private enum Source {
    case subsets
    case tears(TearNumbers)
    case states([CrashState])
    /// Every subset of the optional entries with each of these.
    case plans([[EarlyEntry]])
    case tooMany
  }

  /// None at all, which holds on to no list.
  init(noneOf space: StateSpace) {
    self.init(space, cut: 0, optional: [], tears: [])
  }

  /// The states of the cut that a walk has come to.
  ///
  /// The walk's lists are shared: where this is still there when the walk goes on, they are copied.
  init(_ space: StateSpace, at walk: EpochWalk) {
    self.init(space, cut: walk.cut, optional: walk.optional, tears: walk.tears)
  }

  private init(_ space: StateSpace, cut: Int, optional: [Int], tears: [TearNumbers]) {
    self.space = space
    self.cut = cut
    self.optional = optional
    self.tears = tears
    lostSets = LostSets(elementCount: optional.count, seed: space.seed, cut: cut)
  }

  mutating func start(_ tier: Tier) {
    let events = space.history.blockHistory.events
    lostSets.start(tier, isBehindFUA: cut > 0 && events.isFUA(cut - 1))
    switch tier {
    case .torn(let given):
      let unit = given ?? space.history.sectorByteCount
      source = tears.first { $0.unitByteCount == unit }.map { .tears($0) } ?? .states([])
    case .inFlight: source = .states(inFlight())
    case .all: source = plans().map { .plans($0) } ?? .tooMany
    default: source = .subsets
    }
  }

  /// How many numbers the tier has; 2^64 - 1 for that many and more.
  var count: UInt64 {
    switch source {
    case .subsets: return lostSets.count
    case .tears(let tears): return tears.count
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
    case .tears(let tears):
      return CrashState(cut: cut, torn: tears.tear(number, space.history.blockHistory.events))
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
    guard candidates.count <= EffectOrders.maximumChoiceCount else { return nil }
    let orders = EffectOrders(order, cut: cut)
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

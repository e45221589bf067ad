import Bytes
import Scheduling

/// The states of one cut, tier by tier, each by number.
struct CutStates {
  let space: StateSpace
  let cut: Int
  /// The cut's optional steps in the order in which losing them is tried, changes of names last.
  let optional: [Int]
  private let tears: [FileTears]
  private var lostSets: LostSets
  private var source = Source.subsets
  private var names: NameLosses

  /// The torn writes of one file, for each tier of them.
  private typealias FileTears = (file: Int, numbers: [TearNumbers])

  private enum Source {
    case subsets
    /// Those of one tier.
    case tears([(file: Int, numbers: TearNumbers)])
    /// Each number of changes of names.
    case names
    case states([CrashState])
    /// Every subset of the optional entries with each of these.
    case plans([[EarlyEntry]])
    case tooMany
  }

  /// None at all, which holds on to no list.
  init(noneOf space: StateSpace) {
    self.init(space, cut: 0, optional: [], optionalNameCount: 0, tears: [])
  }

  /// The states of the cut that a walk has come to.
  ///
  /// The walk's lists are shared: where this is still there when the walk goes on, they are copied.
  init(_ space: StateSpace, at walk: EpochWalk) {
    guard let names = space.recording.names else {
      let lane = walk.lanes[0]
      self.init(
        space, cut: walk.cut, optional: lane.optional, optionalNameCount: 0,
        tears: [(0, lane.tears)])
      return
    }
    // What has no name cannot be seen, whatever it holds.
    let lanes = walk.visibleLanes
    self.init(
      space, cut: walk.cut,
      optional: lanes.flatMap { walk.lanes[$0].optional }
        + walk.optionalNames.map { names.steps[$0] },
      optionalNameCount: walk.optionalNames.count, tears: lanes.map { ($0, walk.lanes[$0].tears) })
  }

  private init(
    _ space: StateSpace, cut: Int, optional: [Int], optionalNameCount: Int, tears: [FileTears]
  ) {
    self.space = space
    self.cut = cut
    self.optional = optional
    names = NameLosses(
      entryCount: optional.count - optionalNameCount, nameCount: optionalNameCount,
      losesAnyChange: space.recording.names?.losesAnyChange ?? false)
    self.tears = tears
    lostSets = LostSets(elementCount: optional.count, seed: space.seed, cut: cut)
  }

  mutating func start(_ tier: Tier) {
    lostSets.start(tier, isBehindFUA: isBehindFUA)
    switch tier {
    case .torn:
      source = .tears(
        tears.compactMap { file, numbers in
          numbers.first { $0.tier == tier }.map { (file, $0) }
        })
    case .inFlight: source = .states(inFlight())
    case .names: source = .names
    case .files: source = .states(statesOfFiles())
    case .all: source = plans().map { .plans($0) } ?? .tooMany
    default: source = .subsets
    }
    names.start(tier)
  }

  private var isBehindFUA: Bool {
    guard let disk = space.recording.disk, cut > 0 else { return false }
    return disk.blockHistory.events.isFUA(cut - 1)
  }

  /// How many numbers the tier has; 2^64 - 1 for that many and more.
  var count: UInt64 {
    switch source {
    case .subsets: return lostSets.count
    case .tears(let tears): return tears.reduce(0) { $0 + $1.numbers.count }
    case .names: return UInt64(names.count)
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
    case .tears(let tears): return CrashState(cut: cut, torn: tear(number, tears))
    case .names: return state(losing: names.losses(Int(number)))
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

  private func tear(_ number: UInt64, _ tears: [(file: Int, numbers: TearNumbers)]) -> Tear? {
    var number = number
    for (file, numbers) in tears {
      if number < numbers.count {
        let events = space.recording.files[file].history.blockHistory.events
        var tear = numbers.tear(number, events)
        tear.entryIndex = space.recording.step(
          of: RecordedEntry(file: file, entryIndex: tear.entryIndex))
        return tear
      }
      number -= numbers.count
    }
    return nil
  }

  /// - Parameter places: handed over, so that the state's list takes no room of its own.
  private func state(losing places: consuming [Int]) -> CrashState {
    var lost = consume places
    names.complete(&lost)
    var isAscending = true
    for place in lost.indices {
      lost[place] = optional[lost[place]]
      isAscending = isAscending && (place == 0 || lost[place - 1] < lost[place])
    }
    if !isAscending { lost.sort() }
    return CrashState(cut: cut, lost: lost)
  }
}

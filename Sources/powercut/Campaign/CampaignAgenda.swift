import Campaign
import Host
import Nights
import Rules
import Scheduling

/// What a worker has still to do in a night, and what comes next.
struct CampaignAgenda {
  private let request: CampaignRequest
  private let isGoingOn: @Sendable () -> Bool
  var queues: [TargetQueue]
  /// No seed follows, because of what was found or could not be judged.
  var isEnded = false
  private var canary: (plan: FuzzPlan, work: CanaryCase)?
  private var retries: [(target: Int, known: KnownCase)] = []
  private var unminimized: [(target: Int, seed: FiledSeed)] = []
  /// Of which rules a finding was begun to be made smaller.
  private var begunRules: Set<RuleOfTarget> = []
  private var minimizingNanoseconds: UInt64 = 0
  private var openMinimizingCount = 0
  private var openRetryCount = 0

  private struct RuleOfTarget: Hashable {
    var target: Int
    var rule: Rule
  }

  /// - Parameter deadline: when the time is over, in nanoseconds of the monotonic clock.
  init(_ request: CampaignRequest, _ history: CampaignHistory, night: Int, deadline: UInt64) {
    self.request = request
    isGoingOn = { !Interrupts.isRequested && MonotonicClock.nanoseconds < deadline }
    queues = request.targets.map { prepared in
      TargetQueue(
        prepared.target, prepared.plan, shard: request.shard,
        done: history.doneSeeds(of: prepared.target, inNight: night), jobLimit: prepared.jobLimit)
    }
    let current = history.nights.first { $0.number == night }
    for (place, prepared) in request.targets.enumerated() {
      if prepared.obstacle != nil {
        queues[place].isStopped = true
      } else {
        unminimized += history.unminimized(of: prepared.target, shard: request.shard)
          .map { (place, $0) }
      }
    }
    retries = request.known.map { $0.map { (0, $0) } } ?? known(history, current, night)
    if let bug = request.file.canary, let plan = request.file.canaryPlan,
      current?.canaryShards.contains(request.shard) != true
    {
      canary = (plan, CanaryCase(bug: bug))
    }
  }

  /// What was there before this night, each finding by one of the shards.
  private func known(
    _ history: CampaignHistory, _ current: Night?, _ night: Int
  ) -> [(target: Int, known: KnownCase)] {
    KnownFindings(history, beforeNight: night).present.enumerated().compactMap { index, entry in
      let finding = entry.finding
      guard UInt64(index) % request.shard.count == request.shard.number - 1,
        let place = request.targets.firstIndex(where: { $0.target.name == entry.target }),
        request.targets[place].obstacle == nil,
        current?.answer(target: entry.target, name: finding.name) == nil
      else { return nil }
      let known = KnownCase(
        target: entry.target, name: finding.name, rule: finding.kind.rule,
        folder: request.paths.folder(of: finding.name, target: entry.target),
        onlySeed: finding.shape == nil ? finding.of.seed : nil)
      return (place, known)
    }
  }

  // MARK: What comes next

  /// Work that takes no time must not wait for who hands it out.
  var lookAheadCount: Int {
    let isCheap = queues.allSatisfy { ($0.averageNanoseconds ?? .max) < 50_000_000 }
    return isCheap ? 3 * request.jobCount : 0
  }

  mutating func next() -> HandedWork? {
    guard let work = choose() else { return nil }
    count(work, by: 1)
    return work
  }

  private mutating func choose() -> HandedWork? {
    if let canary {
      self.canary = nil
      return HandedWork(
        target: nil, plan: canary.plan, work: .canary(canary.work), isGoingOn: isGoingOn)
    }
    if let place = retries.firstIndex(where: { hasRoom($0.target) }) {
      let next = retries.remove(at: place)
      return handed(next.target, .retry(next.known))
    }
    // What is known and still there may be the first finding, and then no seed is wanted.
    if request.stopsAtFirst, openRetryCount > 0 { return nil }
    let seed = isEnded ? nil : bestTarget
    if seed == nil || isMinimizingBehind, let place = mostUrgentFinding {
      let next = unminimized.remove(at: place)
      begunRules.insert(RuleOfTarget(target: next.target, rule: next.seed.rule))
      return handed(next.target, .minimize(next.seed))
    }
    return seed.flatMap { target in queues[target].handOut().map { handed(target, .seed($0)) } }
  }

  /// One of each rule before the second of any: a short night is to tell of all of them.
  private var mostUrgentFinding: Int? {
    unminimized.firstIndex { next in
      hasRoom(next.target)
        && !begunRules.contains(RuleOfTarget(target: next.target, rule: next.seed.rule))
    } ?? unminimized.firstIndex { hasRoom($0.target) }
  }

  private func hasRoom(_ target: Int) -> Bool { queues[target].openCount < queues[target].jobLimit }

  /// Half of the time is for seeds, as long as there are any.
  private var isMinimizingBehind: Bool {
    let seedNanoseconds = queues.reduce(0) { $0 + $1.nanoseconds }
    return openMinimizingCount < max(1, request.jobCount / 2)
      && minimizingNanoseconds <= seedNanoseconds
  }

  private var bestTarget: Int? {
    queues.indices.filter { queues[$0].hasSeeds && hasRoom($0) }
      .min { queues[$0].spentShare < queues[$1].spentShare }
  }

  private func handed(_ target: Int, _ work: CampaignWork) -> HandedWork {
    HandedWork(
      target: target, plan: queues[target].plan, work: work, isGoingOn: isGoingOn,
      minimizingLimitNanoseconds: request.minimizingLimitNanoseconds,
      verifiesDeterminism: request.verifiesDeterminism)
  }

  // MARK: What is open

  mutating func add(_ finding: FiledSeed, of target: Int) { unminimized.append((target, finding)) }

  /// Takes back what nobody has begun, and nobody will.
  mutating func giveBack(_ work: HandedWork) { count(work, by: -1) }

  mutating func end(_ done: HandedWork.Done) {
    count(done.work, by: -1)
    if case .minimize = done.work.work { minimizingNanoseconds += done.nanoseconds }
  }

  private mutating func count(_ work: HandedWork, by difference: Int) {
    if let target = work.target { queues[target].openCount += difference }
    switch work.work {
    case .minimize: openMinimizingCount += difference
    case .retry: openRetryCount += difference
    case .seed, .canary: break
    }
  }
}

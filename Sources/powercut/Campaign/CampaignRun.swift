import Campaign
import Host
import Nights
import Rules
import Scheduling
import ToolSupport

/// One worker's part of a night: hands out work, takes in what came of it, and writes it down before it is told.
struct CampaignRun {
  /// How long after its time something that was begun may go on.
  private static let lateNanoseconds: UInt64 = 15_000_000_000

  private let request: CampaignRequest
  private let start: UInt64
  /// When the time is over; the largest number where there is none.
  private let deadline: UInt64
  private let night: Int
  private(set) var soFar: CampaignSoFar
  private var ledger: LedgerWriter
  private var queues: [TargetQueue]
  private var unminimized: [(target: Int, seed: FiledSeed)] = []
  /// Of which rules a finding was begun to be made smaller.
  private var begunRules: Set<RuleOfTarget> = []
  private var retries: [(target: Int, known: KnownCase)] = []
  private var canary: (plan: FuzzPlan, work: CanaryCase)?
  /// What the seeds of this shard are filed under, for each target.
  private var filed: [[Rule: SeedSample]]
  private var stallCounts: [Int]
  private var minimizingNanoseconds: UInt64 = 0
  private var openMinimizingCount = 0
  private var openRetryCount = 0
  private var lastFlush = MonotonicClock.nanoseconds
  private(set) var isOutOfTime = false
  /// Something that was begun is not waited for: no run can be made in this process any more.
  private(set) var isAbandoned = false
  /// No seed follows, because of what was found or could not be judged.
  private var isEnded = false
  private var progress: NightProgress

  init(_ request: CampaignRequest) throws {
    self.request = request
    let start = MonotonicClock.nanoseconds
    self.start = start
    deadline = request.durationNanoseconds.map { start + $0 } ?? .max
    let store = CampaignStore(folder: request.paths.folder)
    let earlier = try store.ledgers()
    let history = CampaignHistory(earlier)
    let night =
      request.night ?? history.night(for: request.shard, secondsSince: WallClock.seconds)
    self.night = night
    soFar = CampaignSoFar(night: night, shard: request.shard, earlier: earlier)
    ledger = try LedgerWriter(
      store.newLedger(request.shard), eventsPath: request.eventsPath)
    queues = request.targets.map { prepared in
      TargetQueue(
        prepared.target, prepared.plan, shard: request.shard,
        done: history.doneSeeds(of: prepared.target, inNight: night), jobLimit: prepared.jobLimit)
    }
    let current = history.nights.first { $0.number == night }
    filed = request.targets.map {
      current?.targets[$0.target.name]?.filed(by: request.shard) ?? [:]
    }
    stallCounts = request.targets.map { _ in 0 }
    progress = NightProgress(request, night: night)
    try begin(history, current)
  }

  private mutating func begin(_ history: CampaignHistory, _ current: Night?) throws {
    let started = request.targets.map {
      StartedTarget($0.target, $0.plan, version: $0.version)
    }
    var lines: [LedgerLine] = [
      .start(
        WorkerStart(
          request.file, night: night, shard: request.shard,
          attempt: history.attemptCount(of: request.shard, inNight: night) + 1,
          host: MachineName.text,
          time: WallClock.text, targets: started,
          separatesTargets: request.paths.separatesTargets))
    ]
    for (place, prepared) in request.targets.enumerated() {
      guard let obstacle = prepared.obstacle else { continue }
      queues[place].isStopped = true
      lines.append(.obstacle(WorkerObstacle(target: prepared.target.name, obstacle)))
    }
    try write(lines)
    for (place, prepared) in request.targets.enumerated() where prepared.obstacle == nil {
      unminimized += history.unminimized(of: prepared.target, shard: request.shard)
        .map { (place, $0) }
    }
    addRetries(history, current)
    if let bug = request.file.canary, let plan = request.file.canaryPlan,
      current?.canaryShards.contains(request.shard) != true
    {
      canary = (plan, CanaryCase(bug: bug))
    }
  }

  /// What was there before this night, each finding by one of the shards.
  private mutating func addRetries(_ history: CampaignHistory, _ current: Night?) {
    if let known = request.known {
      retries = known.map { (0, $0) }
      return
    }
    let known = KnownFindings(history, beforeNight: night)
    for (index, entry) in known.present.enumerated()
    where UInt64(index) % request.shard.count == request.shard.number - 1 {
      guard let place = request.targets.firstIndex(where: { $0.target.name == entry.target }),
        request.targets[place].obstacle == nil,
        current?.answer(target: entry.target, name: entry.finding.name) == nil
      else { continue }
      let folder = request.paths.folder(of: entry.finding.name, target: entry.target)
      let finding = entry.finding
      let known = KnownCase(
        target: entry.target, name: finding.name, rule: finding.kind.rule, folder: folder,
        onlySeed: finding.shape == nil ? finding.of.seed : nil)
      retries.append((place, known))
    }
  }

  // MARK: The loop

  /// Carries out what there is until it is done, until the time is over, or until a signal comes.
  ///
  /// - Throws: where something cannot be written: what was written until then stays.
  mutating func carryOut() throws {
    let crew = try WorkerCrew<HandedWork, HandedWork.Done>(threadCount: request.jobCount) {
      $0.carryOut()
    }
    prepareLastWords()
    do {
      try carryOut(crew)
      try end(endReason)
    } catch {
      // A disk that is full takes no last line either; the next start goes on all the same.
      try? end(.error, text: "\(error)")
      Leftovers.clear()
      throw error
    }
    if Interrupts.isRequested || crew.pendingCount > 0 {
      isAbandoned = true
      Leftovers.clear()
    } else {
      crew.dismiss()
    }
    progress.clear()
  }

  private mutating func carryOut(_ crew: WorkerCrew<HandedWork, HandedWork.Done>) throws {
    while !Interrupts.isRequested {
      let now = MonotonicClock.nanoseconds
      if now >= deadline, !isOutOfTime {
        isOutOfTime = true
        // Nobody needs what was not begun.
        for work in crew.takeBack() { giveBack(work) }
      }
      if now >= deadline, now - deadline > Self.lateNanoseconds { return }
      if !isOutOfTime { handOut(crew) }
      if crew.pendingCount == 0 { return }
      if let done = crew.take(milliseconds: 100), !Interrupts.isRequested { try take(done) }
      try flush(isDue: isFlushDue)
      progress.show(queues)
    }
  }

  private var endReason: WorkerEnd.Reason {
    if Interrupts.isRequested { return .signal }
    if isEnded { return .finding }
    return isOutOfTime ? .time : .seeds
  }

  private mutating func end(_ reason: WorkerEnd.Reason, text: String? = nil) throws {
    try flush(isDue: true)
    let elapsed = MonotonicClock.nanoseconds - start
    try write([
      .end(WorkerEnd(reason, text: text, time: WallClock.text, nanoseconds: elapsed))
    ])
  }

  // MARK: Handing out

  private mutating func handOut(_ crew: WorkerCrew<HandedWork, HandedWork.Done>) {
    while crew.pendingCount < request.jobCount + lookAheadCount, let work = nextWork() {
      if let target = work.target { queues[target].openCount += 1 }
      if case .minimize = work.work { openMinimizingCount += 1 }
      if case .retry = work.work { openRetryCount += 1 }
      crew.hand(work)
    }
  }

  /// Work that takes no time must not wait for us.
  private var lookAheadCount: Int {
    let isCheap = queues.allSatisfy { ($0.averageNanoseconds ?? .max) < 50_000_000 }
    return isCheap ? 3 * request.jobCount : 0
  }

  private mutating func nextWork() -> HandedWork? {
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

  private struct RuleOfTarget: Hashable {
    var target: Int
    var rule: Rule
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

  private var isGoingOn: @Sendable () -> Bool {
    let deadline = deadline
    return { !Interrupts.isRequested && MonotonicClock.nanoseconds < deadline }
  }

  private mutating func giveBack(_ work: HandedWork) {
    if let target = work.target { queues[target].openCount -= 1 }
    if case .minimize = work.work { openMinimizingCount -= 1 }
    if case .retry = work.work { openRetryCount -= 1 }
  }

  // MARK: Taking in

  private mutating func take(_ done: HandedWork.Done) throws {
    if let target = done.target { queues[target].openCount -= 1 }
    switch done.outcome {
    case .judged(let judged):
      guard let target = done.target else { return }
      for finished in queues[target].take(judged, nanoseconds: done.nanoseconds) {
        try count(finished, of: target)
      }
    case .minimized(let seed, let minimized):
      openMinimizingCount -= 1
      minimizingNanoseconds += done.nanoseconds
      guard let target = done.target else { return }
      try take(minimized, of: seed, target)
    case .tried(let known, let answer):
      openRetryCount -= 1
      try take(answer, of: known)
    case .canary(let answer):
      if let answer { try write([.canary(answer)]) }
    }
  }

  private mutating func take(_ answer: KnownCase.Answer, of known: KnownCase) throws {
    // The next start tries what this one had no time for.
    if answer.tried.answer == .untried, isOutOfTime { return }
    soFar.seen.known.append((known, answer))
    try write([.tried(answer.tried)])
    if answer.tried.answer == .there, request.stopsAtFirst { isEnded = true }
  }

  private mutating func count(_ finished: TargetQueue.Finished, of target: Int) throws {
    let judged = finished.judged
    // What was carried out beside the last one that counts.
    if isEnded { return }
    if let difference = judged.difference {
      throw ToolError(
        """
        \(difference). One seed must give one run: this is a mistake of powercut or of the stack that it \
        runs. Again: \(queues[target].plan.reproduction(of: judged.seed)) --verify-determinism
        """)
    }
    // What is counted as found is on the disk before.
    let example = try keepExample(judged, of: target)
    if let before = queues[target].count(finished, time: WallClock.text) {
      try write([.seeds(before)])
    }
    try noteStall(judged, of: target)
    if let example {
      try flush(isDue: true)
      unminimized.append((target, example))
    }
    if request.stopsAtFirst, !judged.findings.isEmpty { isEnded = true }
  }

  private mutating func noteStall(_ judged: JudgedSeed, of target: Int) throws {
    guard judged.stalledRun != nil else { return }
    stallCounts[target] += 1
    guard stallCounts[target] >= request.stallLimit else { return }
    queues[target].isStopped = true
    if request.stallLimit == 1 {
      isEnded = true
      return
    }
    try write([
      .obstacle(
        WorkerObstacle(
          target: queues[target].target.name,
          "\(request.stallLimit) seeds could not be judged, and no more are tried in this start"))
    ])
  }

  /// - Returns: the seed, where it is one of the first of its rule.
  private mutating func keepExample(_ judged: JudgedSeed, of target: Int) throws -> FiledSeed? {
    for finding in judged.findings
    where !soFar.seen.first.contains(where: { $0.rule == finding.rule }) {
      soFar.seen.first.append(finding)
    }
    let known = Set(queues[target].target.known?.rules ?? [])
    guard judged.stalledRun == nil,
      let worst = judged.findings.first(where: { !known.contains($0.rule) })
        ?? judged.findings.first
    else { return nil }
    filed[target][worst.rule, default: SeedSample()].add(judged.seed)
    guard filed[target][worst.rule]?.first.contains(judged.seed) == true else { return nil }
    try folder(of: target).keepUnshrunk(worst, of: queues[target].plan)
    return FiledSeed(target: queues[target].target.name, rule: worst.rule, seed: judged.seed)
  }

  private func folder(of target: Int) throws -> FindingFolder {
    try FindingFolder(
      request.paths.findings(of: queues[target].target.name), carrier: queues[target].plan.carrier)
  }

  private mutating func take(
    _ minimized: CampaignOutcome.Minimized, of seed: FiledSeed, _ target: Int
  ) throws {
    let folder = try folder(of: target)
    switch minimized {
    case .smaller(let group):
      try folder.keep(group)
      FindingGroup.add(group, to: &soFar.seen.groups)
      try write([.minimized(MinimizedFinding(group, of: seed))])
      Folders.remove(request.paths.unshrunk(seed))
    case .unshrinkable(let finding):
      try write([.minimized(MinimizedFinding(unshrunk: finding, of: seed))])
    case .notAgain:
      try write([
        .obstacle(
          WorkerObstacle(
            target: seed.target,
            "\(seed.rule) of seed \(seed.seed) was found, and does not show when the seed is carried out again"
          ))
      ])
    case .unjudged(let reason):
      try write([
        .obstacle(
          WorkerObstacle(
            target: seed.target, "\(seed.rule) of seed \(seed.seed) was not made smaller: \(reason)"
          ))
      ])
    case .unfinished: break
    }
  }

  // MARK: Writing down

  /// Seldom, so that the ledger of a long night is short; soon, so that a kill costs little.
  private var isFlushDue: Bool {
    let now = MonotonicClock.nanoseconds
    let interval = min(30_000_000_000, max(1_000_000_000, (now - start) / 500))
    return now - lastFlush >= interval
  }

  private mutating func flush(isDue: Bool) throws {
    guard isDue else { return }
    lastFlush = MonotonicClock.nanoseconds
    var lines: [LedgerLine] = []
    for place in queues.indices {
      if let done = queues[place].takeBatch() { lines.append(.seeds(done)) }
    }
    try write(lines)
  }

  private mutating func write(_ lines: [LedgerLine]) throws {
    if lines.isEmpty { return }
    try ledger.write(lines)
    soFar.lines += lines
    progress.note(lines)
    prepareLastWords()
  }

  /// A signal that comes while something takes long costs nothing of what is written down.
  private func prepareLastWords() {
    let (soFar, lastWords) = (soFar, request.lastWords)
    Interrupts.setLastWords { lastWords(soFar, $0) }
  }
}

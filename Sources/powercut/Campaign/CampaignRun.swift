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
  private var agenda: CampaignAgenda
  /// What the seeds of this shard are filed under, for each target.
  private var filed: [[Rule: SeedSample]]
  private var stallCounts: [Int]
  private var lastFlush = MonotonicClock.nanoseconds
  private(set) var isOutOfTime = false
  /// Something that was begun is not waited for: no run can be made in this process any more.
  private(set) var isAbandoned = false
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
    agenda = CampaignAgenda(request, history, night: night, deadline: deadline)
    let current = history.nights.first { $0.number == night }
    filed = request.targets.map {
      current?.targets[$0.target.name]?.filed(by: request.shard) ?? [:]
    }
    stallCounts = request.targets.map { _ in 0 }
    progress = NightProgress(request, night: night)
    try begin(history)
  }

  private mutating func begin(_ history: CampaignHistory) throws {
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
    for prepared in request.targets {
      guard let obstacle = prepared.obstacle else { continue }
      lines.append(.obstacle(WorkerObstacle(target: prepared.target.name, obstacle)))
    }
    try write(lines)
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
      progress.clear()
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
        for work in crew.takeBack() { agenda.giveBack(work) }
      }
      if now >= deadline, now - deadline > Self.lateNanoseconds { return }
      if !isOutOfTime { handOut(crew) }
      if crew.pendingCount == 0 { return }
      if let done = crew.take(milliseconds: 100), !Interrupts.isRequested { try take(done) }
      try flush(isDue: isFlushDue)
      progress.show(agenda.queues)
    }
  }

  private var endReason: WorkerEnd.Reason {
    if Interrupts.isRequested { return .signal }
    if agenda.isEnded { return .finding }
    return isOutOfTime ? .time : .seeds
  }

  private mutating func end(_ reason: WorkerEnd.Reason, text: String? = nil) throws {
    try flush(isDue: true)
    let elapsed = MonotonicClock.nanoseconds - start
    try write([
      .end(WorkerEnd(reason, text: text, time: WallClock.text, nanoseconds: elapsed))
    ])
  }

  private mutating func handOut(_ crew: WorkerCrew<HandedWork, HandedWork.Done>) {
    while crew.pendingCount < request.jobCount + agenda.lookAheadCount, let work = agenda.next() {
      crew.hand(work)
    }
  }

  // MARK: Taking in

  private mutating func take(_ done: HandedWork.Done) throws {
    agenda.end(done)
    switch done.outcome {
    case .judged(let judged):
      guard let target = done.work.target else { return }
      for finished in agenda.queues[target].take(judged, nanoseconds: done.nanoseconds) {
        try count(finished, of: target)
      }
    case .minimized(let seed, let minimized):
      guard let target = done.work.target else { return }
      try take(minimized, of: seed, target)
    case .tried(let known, let answer):
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
    if answer.tried.answer == .there, request.stopsAtFirst { agenda.isEnded = true }
  }

  private mutating func count(_ finished: TargetQueue.Finished, of target: Int) throws {
    let judged = finished.judged
    // What was carried out beside the last one that counts.
    if agenda.isEnded { return }
    if let difference = judged.difference {
      throw ToolError(
        """
        \(difference). One seed must give one run: this is a mistake of powercut or of the stack that it \
        runs. Again: \(agenda.queues[target].plan.reproduction(of: judged.seed)) --verify-determinism
        """)
    }
    // What is counted as found is on the disk before.
    let example = try keepExample(judged, of: target)
    if let before = agenda.queues[target].count(finished, time: WallClock.text) {
      try write([.seeds(before)])
    }
    try noteStall(judged, of: target)
    if let example {
      try flush(isDue: true)
      agenda.add(example, of: target)
    }
    if request.stopsAtFirst, !judged.findings.isEmpty { agenda.isEnded = true }
  }

  private mutating func noteStall(_ judged: JudgedSeed, of target: Int) throws {
    guard judged.stalledRun != nil else { return }
    stallCounts[target] += 1
    guard stallCounts[target] >= request.stallLimit else { return }
    agenda.queues[target].isStopped = true
    if request.stallLimit == 1 {
      agenda.isEnded = true
      return
    }
    try write([
      .obstacle(
        WorkerObstacle(
          target: agenda.queues[target].target.name,
          "\(request.stallLimit) seeds could not be judged, and no more are tried in this start"))
    ])
  }

  /// - Returns: the seed, where it is one of the first of its rule.
  private mutating func keepExample(_ judged: JudgedSeed, of target: Int) throws -> FiledSeed? {
    for finding in judged.findings
    where !soFar.seen.first.contains(where: { $0.rule == finding.rule }) {
      soFar.seen.first.append(finding)
    }
    let known = Set(agenda.queues[target].target.known?.rules ?? [])
    guard judged.stalledRun == nil,
      let worst = judged.filedFinding(known: known)
    else { return nil }
    filed[target][worst.rule, default: SeedSample()].add(judged.seed)
    guard filed[target][worst.rule]?.first.contains(judged.seed) == true else { return nil }
    try folder(of: target).keepUnshrunk(worst, of: agenda.queues[target].plan)
    return FiledSeed(target: agenda.queues[target].target.name, rule: worst.rule, seed: judged.seed)
  }

  private func folder(of target: Int) throws -> FindingFolder {
    try FindingFolder(
      request.paths.findings(of: agenda.queues[target].target.name),
      carrier: agenda.queues[target].plan.carrier)
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
    let interval = min(30_000_000_000, max(1_000_000_000, (now - start) / 200))
    return now - lastFlush >= interval
  }

  private mutating func flush(isDue: Bool) throws {
    guard isDue else { return }
    lastFlush = MonotonicClock.nanoseconds
    var lines: [LedgerLine] = []
    for place in agenda.queues.indices {
      if let done = agenda.queues[place].takeBatch() { lines.append(.seeds(done)) }
    }
    try write(lines)
  }

  private mutating func write(_ lines: [LedgerLine]) throws {
    if lines.isEmpty { return }
    try ledger.write(lines)
    soFar.lines += lines
    progress.note(lines)
    if lines.contains(where: \.tellsOfFindings),
      let report = NightReport(soFar.history(), night: night, shard: request.shard)
    {
      progress.note(report)
    }
    prepareLastWords()
  }

  /// A signal that comes while something takes long costs nothing of what is written down.
  private func prepareLastWords() {
    let (soFar, lastWords) = (soFar, request.lastWords)
    Interrupts.setLastWords { lastWords(soFar, $0) }
  }
}

extension LedgerLine {
  fileprivate var tellsOfFindings: Bool {
    switch self {
    case .minimized, .tried: true
    case .start, .seeds, .canary, .obstacle, .end: false
    }
  }
}

import Campaign
import Rules
import Scheduling

/// Everything that a campaign's ledgers tell, whatever their order: a start that goes on, the report, a merge and
/// the next night are all made of it.
package struct CampaignHistory: Sendable {
  /// By number, ascending.
  package private(set) var nights: [Night] = []
  /// In the order of their starts.
  private var workers: [WorkerRecord] = []

  /// One start with what followed it.
  package struct WorkerRecord: Sendable {
    package let start: WorkerStart
    /// `nil` where it was killed, or still runs.
    package fileprivate(set) var end: WorkerEnd?
    /// The time of its last line.
    package fileprivate(set) var lastTime: String
    /// What kept it from what it was to do. A later start of its shard does that anew.
    package fileprivate(set) var obstacles: [WorkerObstacle] = []
  }

  /// - Parameter ledgers: the lines of each, in any order.
  package init(_ ledgers: [[LedgerLine]]) {
    // One order for what lists: every ledger begins with its start.
    let ordered = ledgers.filter { !$0.isEmpty }.sorted { Self.order(of: $0) < Self.order(of: $1) }
    for lines in ordered { add(lines) }
  }

  private static func order(of lines: [LedgerLine]) -> (Int, Int, String, UInt64, String) {
    guard case .start(let start)? = lines.first else { return (0, 0, "", 0, "") }
    return (start.night, start.attempt, start.time, start.shard.number, start.host)
  }

  private mutating func add(_ lines: [LedgerLine]) {
    guard case .start(let start)? = lines.first else { return }
    let place = place(ofNight: start.night)
    var record = WorkerRecord(start: start, end: nil, lastTime: start.time)
    for line in lines {
      switch line {
      case .start(let start): nights[place].add(start)
      case .seeds(let done):
        nights[place].add(done, by: start.shard)
        record.lastTime = max(record.lastTime, done.time)
      case .minimized(let finding): nights[place].add(finding)
      case .tried(let answer): nights[place].add(answer)
      case .canary(let answer): nights[place].add(answer, by: start.shard)
      case .obstacle(let obstacle):
        if !record.obstacles.contains(obstacle) { record.obstacles.append(obstacle) }
      case .end(let end):
        nights[place].add(end)
        record.end = end
        record.lastTime = max(record.lastTime, end.time)
      }
    }
    workers.append(record)
  }

  private mutating func place(ofNight number: Int) -> Int {
    if let place = nights.firstIndex(where: { $0.number == number }) { return place }
    nights.append(Night(number: number))
    nights.sort { $0.number < $1.number }
    return nights.firstIndex { $0.number == number } ?? 0
  }

  package var lastNight: Night? { nights.last }

  /// What was made of an example of a night, in that night or in a later one.
  package func minimized(_ seed: FiledSeed, ofNight number: Int) -> MinimizedFinding? {
    for night in nights where night.number >= number {
      if let found = night.minimized[seed] { return found }
    }
    return nil
  }

  /// How often a shard has begun in a night.
  package func attemptCount(of shard: Shard, inNight number: Int) -> Int {
    workers.filter { $0.start.night == number && $0.start.shard == shard }
      .map(\.start.attempt).max() ?? 0
  }

  /// The last start of each shard in a night.
  package func lastWorkers(ofNight number: Int) -> [WorkerRecord] {
    var last: [Shard: WorkerRecord] = [:]
    for record in workers where record.start.night == number { last[record.start.shard] = record }
    return last.values.sorted {
      ($0.start.shard.count, $0.start.shard.number) < ($1.start.shard.count, $1.start.shard.number)
    }
  }

  // MARK: A worker that starts

  /// How long a night that was killed can be taken up again: what starts later starts a new one.
  package static let resumableSeconds: Int64 = 12 * 3600

  /// The night that a worker begins, or goes on with.
  ///
  /// - Parameter seconds: how much later than a time of a ledger it is now.
  package func night(for shard: Shard, secondsSince seconds: (String) -> Int64) -> Int {
    guard let last = nights.last else { return 1 }
    let records = workers.filter { $0.start.night == last.number }
    guard let own = records.last(where: { $0.start.shard == shard }) else {
      // Others have begun it; or they have ended it long ago.
      return isRecent(last.lastTime, seconds) ? last.number : last.number + 1
    }
    if own.end?.isOfNight == true { return last.number + 1 }
    return isRecent(own.lastTime, seconds) ? last.number : last.number + 1
  }

  private func isRecent(_ time: String, _ seconds: (String) -> Int64) -> Bool {
    seconds(time) < Self.resumableSeconds
  }

  /// The findings of a shard that are still to be made smaller, those of earlier nights first.
  package func unminimized(of target: CampaignTarget, shard: Shard) -> [FiledSeed] {
    nights.flatMap { night -> [FiledSeed] in
      // The same seeds are carried out again: their findings are this night's.
      if target.seeds != nil, night.number != nights.last?.number { return [] }
      let filed = night.targets[target.name]?.filed(by: shard) ?? [:]
      return filed.keys.sorted { $0.reportOrder < $1.reportOrder }.flatMap { rule in
        (filed[rule]?.first ?? []).map {
          FiledSeed(target: target.name, rule: rule, seed: $0)
        }
      }.filter { minimized($0, ofNight: night.number) == nil }
    }
  }

  /// The seeds of a target that are not to be carried out again in a night.
  package func doneSeeds(of target: CampaignTarget, inNight number: Int) -> SeedSet {
    var done = SeedSet()
    for night in nights where target.seeds == nil || night.number == number {
      guard let seeds = night.targets[target.name]?.seeds else { continue }
      done.formUnion(seeds)
    }
    return done
  }
}

import Campaign
import Nights
import Rules
import Scheduling

/// The seeds of one target that are a worker's, and what came of them, in their order.
struct TargetQueue {
  let target: CampaignTarget
  /// With what makes the runs.
  let plan: FuzzPlan
  /// How many of its runs may be carried out side by side.
  let jobLimit: Int
  /// Why there are no more seeds, where that is not for their end.
  var isStopped = false
  /// The time that its seeds took, of all threads together, in this start.
  private(set) var nanoseconds: UInt64 = 0
  private(set) var seedCount: UInt64 = 0
  /// Pieces of its work that are being done.
  var openCount = 0
  private let facts: PlanFacts
  private let step: UInt64
  private let done: SeedSet
  private var nextSeed: Seed?
  /// In their order; those in front are waited for.
  private var handed: [Seed] = []
  private var finished: [Seed: Finished] = [:]
  private var batch: SeedsDone?

  struct Finished {
    var judged: JudgedSeed
    var nanoseconds: UInt64
  }

  /// - Parameter done: the seeds that are not to be carried out again.
  init(_ target: CampaignTarget, _ plan: FuzzPlan, shard: Shard, done: SeedSet, jobLimit: Int) {
    self.target = target
    self.plan = plan
    self.jobLimit = jobLimit
    self.done = done
    facts = PlanFacts(plan)
    step = shard.count
    let (first, isBeyond) = target.seedRange.first.rawValue.addingReportingOverflow(
      shard.number - 1)
    nextSeed = isBeyond ? nil : missing(from: Seed(first))
  }

  private func missing(from seed: Seed) -> Seed? {
    done.firstMissing(from: seed, step: step, through: target.seedRange.last)
  }

  // MARK: Handing out

  var hasSeeds: Bool { nextSeed != nil && !isStopped }

  /// The share of the time that it has had: the target with the smallest goes on.
  var spentShare: Double {
    let average = seedCount == 0 ? 1 : Double(nanoseconds) / Double(seedCount)
    return (Double(nanoseconds) + Double(handed.count) * average) / Double(target.weight)
  }

  /// Nanoseconds; `nil` where no seed was carried out yet.
  var averageNanoseconds: UInt64? { seedCount == 0 ? nil : nanoseconds / seedCount }

  mutating func handOut() -> Seed? {
    guard !isStopped, let seed = nextSeed else { return nil }
    handed.append(seed)
    let (next, isBeyond) = seed.rawValue.addingReportingOverflow(step)
    nextSeed = isBeyond ? nil : missing(from: Seed(next))
    return seed
  }

  // MARK: Taking in

  /// - Returns: the seeds that are in order now.
  mutating func take(_ judged: JudgedSeed, nanoseconds: UInt64) -> [Finished] {
    self.nanoseconds += nanoseconds
    seedCount += 1
    finished[judged.seed] = Finished(judged: judged, nanoseconds: nanoseconds)
    var inOrder: [Finished] = []
    while let first = handed.first, let next = finished.removeValue(forKey: first) {
      handed.removeFirst()
      inOrder.append(next)
    }
    return inOrder
  }

  /// Counts a seed that is in order.
  ///
  /// - Returns: what is to be written before, because the seed does not follow it.
  mutating func count(_ finished: Finished, time: String) -> SeedsDone? {
    let judged = finished.judged
    var before: SeedsDone?
    if let batch, batch.progression.next != judged.seed {
      before = batch
      self.batch = nil
    }
    var current =
      batch
      ?? SeedsDone(
        target: target.name, SeedProgression(first: judged.seed, step: step, count: 0),
        SeedTally(), nanoseconds: 0, time: time)
    current.progression.count += 1
    current.tally.add(
      judged, seldom: facts.seldomRules, known: Set(target.known?.rules ?? []))
    current.nanoseconds += finished.nanoseconds
    current.time = time
    batch = current
    return before
  }

  /// What was counted and not yet written.
  mutating func takeBatch() -> SeedsDone? {
    defer { batch = nil }
    return batch
  }
}

import Campaign
import Rules
import Scheduling

/// What a night came to, and what it is beside the nights before: what is printed, kept and put on the page.
package struct NightReport: Sendable {
  /// What makes a night fail.
  package enum FailureKind: String, CaseIterable, Sendable {
    /// What was not known before.
    case new
    /// Everything that is broken.
    case any
  }

  package let campaign: String
  package let night: Int
  package let targets: [TargetReport]
  /// What is to be read first comes first.
  package let findings: [ReportedFinding]
  package let earlier: [EarlierFinding]
  package let canary: CanaryReport?
  /// This night and those before it.
  package let trend: [NightSummary]
  package let workers: [WorkerSummary]
  private let failsOn: FailureKind
  private let isInterrupted: Bool
  private let obstacles: [String]

  /// - Parameters:
  ///   - number: which night; `nil` for the last one.
  ///   - shard: whose part it tells; `nil` for all, and then one that is missing is named.
  /// - Returns: `nil` where there is no such night.
  package init?(
    _ history: CampaignHistory, night number: Int? = nil, shard: Shard? = nil,
    failsOn: FailureKind = .new
  ) {
    let nights = history.nights.filter { night in number.map { night.number <= $0 } ?? true }
    guard let night = nights.last, number == nil || night.number == number else { return nil }
    var known = KnownFindings()
    var trend: [NightSummary] = []
    var judged = KnownFindings.Judged()
    for night in nights {
      judged = known.add(night, of: history)
      trend.append(NightSummary(night, judged))
    }
    campaign = night.starts.last?.campaign ?? ""
    self.night = night.number
    targets = night.startedTargets.map { TargetReport($0, night.targets[$0.name]) }
    findings = judged.findings
    earlier = judged.earlier
    canary = CanaryReport(night)
    self.trend = trend
    let records = history.lastWorkers(ofNight: night.number)
    workers = records.map { WorkerSummary($0) }
    self.failsOn = failsOn
    isInterrupted = records.contains { $0.end?.reason == .signal }
    let met = Set(records.flatMap(\.obstacles)).map {
      ($0.target.map { "\($0): " } ?? "") + $0.text
    }
    obstacles = met.sorted() + Self.failed(records) + (shard == nil ? Self.missing(records) : [])
  }

  /// Who was ended by an error.
  private static func failed(_ records: [CampaignHistory.WorkerRecord]) -> [String] {
    records.filter { $0.end?.reason == .error }.map { record in
      "worker \(record.start.shard) on \(record.start.host) was ended by an error"
        + (record.end?.text.map { ": \($0)" } ?? "")
    }
  }

  /// What nobody has carried out.
  private static func missing(_ records: [CampaignHistory.WorkerRecord]) -> [String] {
    let unended = records.filter { $0.end == nil }.map {
      "worker \($0.start.shard) on \($0.start.host) has not ended its night: it was killed, or still runs"
    }
    let shards = Set(records.map(\.start.shard))
    guard let count = shards.map(\.count).max(), count > 1 else { return unended }
    let there = Set(shards.filter { $0.count == count }.map(\.number))
    let missing = (1...count).filter { !there.contains($0) }
    if missing.isEmpty { return unended }
    let names = missing.prefix(8).map { "\($0)/\(count)" }.joined(separator: ", ")
    let more = missing.count > 8 ? " and \(missing.count - 8) more" : ""
    return unended + ["no worker has carried out the shards \(names)\(more)"]
  }

  // MARK: What it amounts to

  package var outcome: Outcome {
    Outcome(
      failures: failures, isInterrupted: isInterrupted, obstacles: limits, emptiness: emptiness)
  }

  /// Whether it alone fails the night.
  func isFailure(_ finding: ReportedFinding) -> Bool { finding.isNews || failsOn == .any }

  func isFailure(_ finding: EarlierFinding) -> Bool {
    finding.status == .stillThere && failsOn == .any
  }

  private var failures: [String] {
    let broken = findings.filter(isFailure).map {
      "\($0.name) of \($0.target) is \($0.status.word): \($0.rule.failure)"
    }
    let still = earlier.filter(isFailure).map {
      "\($0.name) of \($0.target) is still there: \($0.rule.failure)"
    }
    return broken + still + (canary?.failure.map { [$0] } ?? [])
  }

  private var limits: [String] {
    let undecided = findings.filter { $0.status == .undecided }.map {
      "\($0.name) of \($0.target) is \($0.status.text)"
    }
    let empty =
      emptiness == nil
      ? targets.compactMap { target in target.emptiness.map { "\(target.name): \($0)" } } : []
    let repeated = targets.filter(\.hasRepeatedSeeds).map {
      "\($0.name): some seeds were carried out by two workers, and count twice"
    }
    let unplanted =
      canary?.isUnanswered == true ? ["the canary was not looked for: no worker came to it"] : []
    return obstacles + targets.flatMap(\.obstacles) + undecided + empty + repeated + unplanted
  }

  /// Why nothing was checked in any target.
  private var emptiness: String? {
    guard targets.allSatisfy({ $0.emptiness != nil }) else { return nil }
    return targets.first?.emptiness ?? "no target was begun"
  }
}

import Rules
import Scheduling

/// One night among others.
package struct NightSummary: Hashable, Sendable {
  package let night: Int
  /// When its first worker began, in UTC.
  package let time: String
  package let seedCount: Int
  package let stateCount: Int
  package let promiseCount: Int
  package let newCount: Int
  package let knownCount: Int
  package let goneCount: Int
  /// For each target its seeds.
  package let seedCounts: [String: Int]
  package let toolVersions: [String]

  init(_ night: Night, _ judged: KnownFindings.Judged) {
    self.night = night.number
    time = night.starts.first?.time ?? ""
    let tallies = night.targets.mapValues(\.tally)
    seedCounts = tallies.mapValues(\.seedCount)
    seedCount = tallies.values.reduce(0) { $0 + $1.seedCount }
    stateCount = tallies.values.reduce(0) { $0 + $1.counts.states }
    promiseCount = tallies.values.reduce(0) { $0 + $1.counts.promises }
    newCount = judged.findings.count(where: \.isNews)
    knownCount =
      judged.findings.count { !$0.isNews } + judged.earlier.count { $0.status == .stillThere }
    goneCount = judged.earlier.count { $0.status == .gone }
    toolVersions = Set(night.starts.map(\.toolVersion)).sorted()
  }
}

/// A worker of a night, as it last began.
package struct WorkerSummary: Hashable, Sendable {
  package let shard: Shard
  package let host: String
  package let time: String
  package let toolVersion: String
  /// `nil` where it was killed, or still runs.
  package let end: WorkerEnd?

  init(_ record: CampaignHistory.WorkerRecord) {
    shard = record.start.shard
    host = record.start.host
    time = record.start.time
    toolVersion = record.start.toolVersion
    end = record.end
  }
}

/// What became of the planted bug.
package struct CanaryReport: Hashable, Sendable {
  package let bug: String
  /// Ascending by their stacks and seeds.
  package let answers: [CanaryAnswer]

  /// `nil` where nothing is planted.
  init?(_ night: Night) {
    guard let bug = night.starts.last?.canary else { return nil }
    self.bug = bug
    answers = night.canaries.filter { $0.bug == bug }.sorted {
      ($0.stack, $0.seed?.rawValue ?? .max, $0.seedCount)
        < ($1.stack, $1.seed?.rawValue ?? .max, $1.seedCount)
    }
  }

  var isUnanswered: Bool { answers.isEmpty }

  /// Why the night has failed: what misses a bug that is there says nothing of those that may be.
  package var failure: String? {
    guard let missed = answers.first(where: { $0.seed == nil }) else { return nil }
    return
      "the canary \(bug), planted in \(missed.stack), was not found in \(missed.seedCount) seeds"
  }
}

import Campaign
import Rules

/// A worker begins, for the first time in a night or again.
package struct WorkerStart: Hashable, Codable, Sendable {
  package static let currentSchemaVersion = 1

  package var schemaVersion = Self.currentSchemaVersion
  package var campaign: String
  /// From 1.
  package var night: Int
  package var shard: Shard
  /// How often this shard has begun in this night, this time included.
  package var attempt: Int
  package var host: String
  /// In UTC: `2026-11-30T22:00:05`.
  package var time: String
  package var toolVersion: String
  package var targets: [StartedTarget]
  package var accepted: [AcceptedFinding]
  /// What is planted once a night; `nil` for nothing.
  package var canary: String?
  /// Whether the findings of each target have a folder of their own.
  package var separatesTargets: Bool

  package init(
    _ file: CampaignFile, night: Int, shard: Shard, attempt: Int, host: String, time: String,
    targets: [StartedTarget], separatesTargets: Bool
  ) {
    self.separatesTargets = separatesTargets
    campaign = file.name
    self.night = night
    self.shard = shard
    self.attempt = attempt
    self.host = host
    self.time = time
    toolVersion = ToolVersion.text
    self.targets = targets
    accepted = file.accepted
    canary = file.canary?.identifier
  }
}

/// A target as it was when a worker began.
package struct StartedTarget: Hashable, Codable, Sendable {
  package var name: String
  package var facts: PlanFacts
  /// Whether it has the same seeds every night.
  package var repeatsSeeds: Bool
  /// What the program says of itself; `nil` for simulated stacks.
  package var version: String?
  /// The name of the set of rules that it is known to break.
  package var known: String?
  package var knownRules: [Rule]
  /// What a command has to be told to carry out a finding again.
  package var replayWords: [String]

  /// - Parameters:
  ///   - version: what the program says of itself.
  ///   - plan: the target's, with what makes its runs.
  package init(_ target: CampaignTarget, _ plan: FuzzPlan, version: String?) {
    replayWords = plan.base.programWords(namesExecutable: false) + plan.carrier.judgeWords
    name = target.name
    facts = PlanFacts(target.plan)
    repeatsSeeds = target.seeds != nil
    self.version = version
    known = target.known?.name
    knownRules = target.known?.rules ?? []
  }
}

/// The part of the seeds that is a worker's: the second of four.
package struct Shard: Hashable, Codable, Sendable, CustomStringConvertible {
  /// From 1.
  package var number: UInt64
  package var count: UInt64

  /// All seeds.
  package static let whole = Shard(number: 1, count: 1)

  package init(number: UInt64, count: UInt64) {
    precondition((1...count).contains(number), "a shard is one of those that there are")
    self.number = number
    self.count = count
  }

  package var description: String { "\(number)/\(count)" }
}

/// Something kept the worker from what it was to do.
package struct WorkerObstacle: Hashable, Codable, Sendable {
  /// `nil` where it is about the worker.
  package var target: String?
  /// A sentence without its full stop.
  package var text: String

  package init(target: String? = nil, _ text: String) {
    self.target = target
    self.text = text
  }
}

package struct WorkerEnd: Hashable, Codable, Sendable {
  package enum Reason: String, Codable, Sendable {
    /// All seeds that were asked for are done.
    case seeds
    case time
    /// It was told to end with the first finding.
    case finding
    /// A signal ended it: the night goes on with the next start.
    case signal
    /// An error ended it: so does the night.
    case error
  }

  package var reason: Reason
  /// What went wrong, where an error has ended it.
  package var text: String?
  package var time: String
  package var nanoseconds: UInt64

  package init(_ reason: Reason, text: String? = nil, time: String, nanoseconds: UInt64) {
    self.reason = reason
    self.text = text
    self.time = time
    self.nanoseconds = nanoseconds
  }

  /// Whether the night is over for this worker.
  package var isOfNight: Bool {
    switch reason {
    case .seeds, .time, .finding: true
    case .signal, .error: false
    }
  }
}

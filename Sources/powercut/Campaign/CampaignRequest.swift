import Campaign
import Host
import Nights

/// What a worker of a campaign is asked to do.
struct CampaignRequest {
  var file: CampaignFile
  /// In the order of the file's targets.
  var targets: [PreparedTarget]
  var paths: CampaignPaths
  var shard = Shard.whole
  var jobCount: Int
  /// From 1; `nil` where the ledgers tell.
  var night: Int?
  /// `nil` where the seeds end it.
  var durationNanoseconds: UInt64?
  /// Where every line of the ledger is written, too.
  var eventsPath: String?
  /// Whether no seed follows the first finding.
  var stopsAtFirst = false
  /// How long one finding is made smaller at most; `nil` where only the work is limited, so that the result is
  /// the same on every machine.
  var minimizingLimitNanoseconds: UInt64?
  var verifiesDeterminism = false
  /// So many seeds that cannot be judged end a target: the next ones would not be either.
  var stallLimit = 3
  /// What is tried before the first seed in place of what the ledgers know; `nil` for those.
  var known: [KnownCase]?
  /// Says what was done where a signal comes and the rest does not end by itself; returns the exit status.
  var lastWords: @Sendable (CampaignSoFar, Interrupts.Ending) -> Int32
}

/// A target of the file as it can be carried out here.
struct PreparedTarget {
  var target: CampaignTarget
  /// With what makes the runs.
  var plan: FuzzPlan
  /// How many of its runs may be carried out side by side.
  var jobLimit: Int
  /// What the program says of itself.
  var version: String?
  /// Why no run can be made; `nil` where they can.
  var obstacle: String?
}

/// What a worker has done, as it is written down.
struct CampaignSoFar: Sendable {
  let night: Int
  let shard: Shard
  /// The ledgers that were there before this start.
  let earlier: [[LedgerLine]]
  /// Those of this start.
  var lines: [LedgerLine] = []
  /// What this start has seen of what its lines name.
  var seen = SeenFindings()

  /// What this worker has done in this night, beside everything of the nights before.
  ///
  /// - Parameter more: what is to be said behind the last line.
  func history(and more: [LedgerLine] = []) -> CampaignHistory {
    let own = earlier.filter { lines in
      guard case .start(let start)? = lines.first else { return false }
      return start.night < night || start.shard == shard
    }
    return CampaignHistory(own + [lines + more])
  }
}

/// Findings with everything that is known of them, for who tells them at once.
struct SeenFindings: Sendable {
  /// The first of each rule, in the order in which they were found.
  var first: [Finding] = []
  var known: [(known: KnownCase, answer: KnownCase.Answer)] = []
  var groups: [FindingGroup] = []
}

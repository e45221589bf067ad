import Campaign
import Nights
import Reporting

/// What a worker of a campaign is asked to do.
struct CampaignRequest {
  var file: CampaignFile
  /// In the order of the file's targets.
  var targets: [PreparedTarget]
  var paths: CampaignPaths
  var shard = Shard.whole
  var jobCount: Int
  /// `nil` where the seeds end it.
  var durationNanoseconds: UInt64?
  var failsOn = NightReport.FailureKind.new
  /// Where every line of the ledger is written, too.
  var eventsPath: String?
  var output: OutputOptions
  var timing: @Sendable () -> ReportTiming
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

import Checking
import CrashStates
import Rules

/// What is to be known of a plan to say what its seeds came to.
package struct PlanFacts: Hashable, Codable, Sendable {
  /// What was judged: a stack with its bugs.
  package let subject: String
  /// Whether there is a client: then nothing is checked before anything was promised to it.
  package let needsPromises: Bool
  package let ignoredRules: [Rule]
  /// Rules that some seed can judge and another cannot; with the reason, where that is the same for all.
  private let seldomJudged: [Seldom]
  private let asksForAllStates: Bool
  private let isExhaustive: Bool
  /// Whether there are images for commands to recover.
  private let hasImages: Bool
  private let asksForRecrash: Bool

  private struct Seldom: Hashable, Codable {
    var rule: Rule
    /// `nil` where that is for a seed to say.
    var reason: String?
  }

  package init(_ plan: FuzzPlan) {
    subject = RunReport.target(plan.stack, plan.bugs)
    needsPromises = plan.base.needsPromises
    ignoredRules = plan.ignoredRules.sorted()
    seldomJudged = Self.seldomJudged(plan).filter { !plan.ignoredRules.contains($0.rule) }
    asksForAllStates = plan.tiers.contains(.all) && plan.workload == .client
    isExhaustive = plan.schedule.exhaustiveBound != nil
    hasImages = plan.stack.image.isOfKnownFormat
    asksForRecrash = plan.tiers.contains(.recrash)
  }

  /// The rules that a seed judges only where its run comes to it.
  package var seldomRules: [Rule] { seldomJudged.map(\.rule) }

  private static func seldomJudged(_ plan: FuzzPlan) -> [Seldom] {
    let reads = Seldom(rule: .d11, reason: "no seed has a read of the client that was answered")
    switch plan.workload {
    case .client where plan.stack.program == nil: return [reads, Seldom(rule: .l08)]
    case .client where plan.stack.program?.keepsFolder != true: return [reads]
    case .dirtyImages:
      return [Seldom(rule: .d10, reason: "no seed has an image that a writer was given")]
    default: return []
    }
  }

  /// What there is to say of the sum of the plan's seeds beside the verdict.
  package struct Remarks: Sendable {
    package var notes: [String] = []
    /// Why the result is of a part only.
    package var obstacles: [String] = []
    package var unjudgedRules: [(rule: Rule, reason: String)] = []
  }

  package func remarks(on tally: SeedTally) -> Remarks {
    var remarks = Remarks()
    let seedCount = tally.seedCount
    if asksForAllStates {
      remarks.notes.append(
        "all states of the log were compared with all that the device could have been left in "
          + "(L09, L10) in \(tally.comparedSeedCount) of \(seedCount) seeds"
          + (tally.comparedSeedCount < seedCount ? "; in the others they are too many" : ""))
    }
    if let refusal = tally.refused.text {
      let share =
        "\(tally.refused.seeds.count) of \(seedCount) seeds have too many states for the tier 'all'"
      if tally.refused.seeds.count == seedCount {
        remarks.obstacles.append("\(share): \(refusal)")
      } else {
        remarks.notes.append("\(share), and only their other tiers were judged")
      }
    }
    if isExhaustive {
      remarks.notes.append(
        "\(tally.scheduleCount) schedules of \(seedCount) seeds were carried out; "
          + (tally.unfinishedSeedCount == 0
            ? "within the bound there are no others"
            : "\(tally.unfinishedSeedCount) seeds have more"))
    }
    remarks.unjudgedRules = ignoredRules.map { ($0, "switched off") }
    if seedCount > 0 { remarks.unjudgedRules += unseen(by: tally) }
    addCommands(tally.counts.commands, to: &remarks)
    return remarks
  }

  private func unseen(by tally: SeedTally) -> [(rule: Rule, reason: String)] {
    seldomJudged.filter { !tally.judgedSeldom.contains($0.rule) }.map {
      ($0.rule, $0.reason ?? tally.unjudgedReasons[$0.rule] ?? "no seed came to it")
    }
  }

  private func addCommands(_ commands: [CommandCounts], to remarks: inout Remarks) {
    if commands.isEmpty { return }
    remarks.notes += commands.map(\.note)
    if asksForRecrash { remarks.notes.append(RunReport.recrashNote) }
    let known = Set(remarks.unjudgedRules.map(\.rule))
    remarks.unjudgedRules += commands.unjudgedRules(comparesRecoveries: hasImages)
      .filter { !known.contains($0.rule) }
  }
}

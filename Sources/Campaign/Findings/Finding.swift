import Checking
import CrashStates
import Rules
import Scheduling
import Stacks

/// A broken rule and what a person needs to look into it.
package struct Finding: Hashable, Sendable {
  package var violation: Violation
  /// The other rules that the same run breaks.
  package var alsoBroken: [Rule]
  package var seed: Seed?
  /// Text that names the run exactly and replays it: see ``RunToken``.
  package var token: String?
  /// The same without the choices of the run: short, and bound to this version's strategies; `nil` where no
  /// seed draws the run.
  package var seedToken: String?
  /// The planted bug, where exactly one was switched on.
  package var bug: PlantedBug?
  /// One command, as it is typed.
  package var reproduce: String
  package var timeline: Timeline?

  package var rule: Rule { violation.rule }
  /// The cut at which it shows; `nil` where the log as a whole is wrong.
  package var cut: Int? { violation.state?.cut }

  /// A finding of a recording that was given from outside.
  package init(recorded violation: Violation, alsoBroken: [Rule], reproduce: String) {
    self.violation = violation
    self.alsoBroken = alsoBroken
    self.reproduce = reproduce
  }

  /// The findings of one run: the cause first, one for each rule that is broken.
  ///
  /// - Parameter plan: what drew the run; `nil` where its configuration was given.
  package static func all(
    of judged: JudgedRun, reproduce: String, plan: FuzzPlan? = nil
  ) -> [Finding] {
    let run = judged.run
    // What it holds of the run is made once.
    var token: RunToken?
    return all(judged.judgement, run.configuration, seed: run.seed, reproduce: reproduce) {
      violation in
      let rule = violation.rule
      let own = token?.asking(for: rule) ?? RunToken(of: judged, breaking: rule, plan: plan)
      token = own
      return (own, Timeline(of: violation, in: run))
    }
  }

  /// The findings of a run that is no client's: of made-up images, of transactions, of commands.
  static func all(
    in judgement: Judgement, _ configuration: RunConfiguration, seed: Seed, tiers: [Tier],
    reproduce: String, plan: FuzzPlan? = nil
  ) -> [Finding] {
    var token: RunToken?
    return all(judgement, configuration, seed: seed, reproduce: reproduce) { violation in
      let rule = violation.rule
      let own =
        token?.asking(for: rule)
        ?? RunToken(
          configuration, seed: seed, tiers: tiers, breaking: rule,
          also: judgement.violations.map(\.rule), plan: plan)
      token = own
      return (own, nil)
    }
  }

  private static func all(
    _ judgement: Judgement, _ configuration: RunConfiguration, seed: Seed, reproduce: String,
    _ describe: (Violation) -> (RunToken, Timeline?)
  ) -> [Finding] {
    let violations = judgement.violations
    return violations.map { violation in
      var finding = Finding(
        recorded: violation,
        alsoBroken: violations.map(\.rule).filter { $0 != violation.rule }.sorted(),
        reproduce: reproduce)
      finding.seed = seed
      let (token, timeline) = describe(violation)
      finding.token = token.description
      if case .seed = token.subject { finding.seedToken = token.withoutChoices.description }
      finding.bug = configuration.bugs.count == 1 ? configuration.bugs.first : nil
      finding.timeline = timeline
      return finding
    }
  }
}

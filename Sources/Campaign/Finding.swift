import Checking
import CrashStates
import Scheduling
import Stacks

/// A broken rule and what a person needs to look into it.
public struct Finding: Hashable, Sendable {
  public var violation: Violation
  /// The other rules that the same run breaks.
  public var alsoBroken: [Rule]
  public var seed: Seed?
  /// Text that names the run exactly: seed and choices.
  public var token: String?
  /// The planted bug, where exactly one was switched on.
  public var bug: PlantedBug?
  /// One command, as it is typed.
  public var reproduce: String
  public var timeline: Timeline?

  public var rule: Rule { violation.rule }
  /// The cut at which it shows; `nil` where the log as a whole is wrong.
  public var cut: Int? { violation.state?.cut }

  /// A finding of a recording that was given from outside.
  public init(recorded violation: Violation, alsoBroken: [Rule], reproduce: String) {
    self.violation = violation
    self.alsoBroken = alsoBroken
    self.reproduce = reproduce
  }

  /// The findings of one run: the cause first, one for each rule that is broken.
  public static func all(of judged: JudgedRun, reproduce: String) -> [Finding] {
    let violations = judged.judgement.violations
    let run = judged.run
    return violations.map { violation in
      var finding = Finding(
        recorded: violation,
        alsoBroken: violations.map(\.rule).filter { $0 != violation.rule }.sorted(),
        reproduce: reproduce)
      finding.seed = run.seed
      finding.token = "pc1:\(run.seed):\(run.schedule)"
      finding.bug = run.configuration.bugs.count == 1 ? run.configuration.bugs.first : nil
      finding.timeline = Timeline(of: violation, in: run)
      return finding
    }
  }
}

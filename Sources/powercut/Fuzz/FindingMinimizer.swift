import ArgumentParser
import Campaign
import Host
import ToolSupport

/// How findings are made smaller, and where they are kept.
struct MinimizingOptions: ParsableArguments {
  @Flag(help: "Make the findings as small as they can be; implied by --output.")
  var shrink = false

  @Option(help: "A folder for the findings: minimized scenario, recording, page.")
  var output: String?

  @Option(help: "How long one finding is made smaller at most.")
  var shrinkLimit = DurationArgument(seconds: 30)

  var isMinimizing: Bool { shrink || output != nil }
}

/// A finding of an earlier campaign that was not made smaller.
struct PendingFinding {
  var finding: Finding
  /// Where it is kept.
  var path: String
  var scenario: Scenario
}

/// Makes the findings of a campaign smaller, groups them and keeps them.
struct FindingMinimizer {
  private let plan: FuzzPlan
  private let options: MinimizingOptions
  private let folder: FindingFolder?

  init(_ plan: FuzzPlan, _ options: MinimizingOptions) throws {
    self.plan = plan
    self.options = options
    folder = try options.output.map { try FindingFolder($0, carrier: plan.carrier) }
  }

  /// Tries again what earlier campaigns of this stack found: what is still there is a finding.
  func tryKnown(_ report: inout RunReport) throws {
    for known in try folder?.knownScenarios() ?? [] where isOfThisPlan(known.scenario) {
      _ = try finding(of: known, &report) { report, reason in
        report.notes.append("known and not tried: \(known.path) \(reason)")
      }
    }
  }

  /// Carries a kept scenario out again.
  ///
  /// - Parameter notTried: told why it cannot be carried out here.
  /// - Returns: what is still there; the report has it, too.
  private func finding(
    of known: LoadedScenario, _ report: inout RunReport,
    notTried: (inout RunReport, _ reason: String) -> Void
  ) throws -> Finding? {
    if Interrupts.isRequested {
      report.isInterrupted = true
      return nil
    }
    guard case .breaks(let rule, _) = known.scenario.expectation else { return nil }
    if let reason = known.scenario.reasonNotToRun(
      hasCommands: !plan.carrier.judgeWords.isEmpty)
    {
      notTried(&report, reason)
      return nil
    }
    let configuration = known.scenario.configuration.running(plan.executable)
    let program = configuration.programWords(namesExecutable: plan.executable != nil)
    let reproduce =
      (["powercut", "replay-run", known.path.shellQuoted] + program + plan.carrier.judgeWords)
      .joined(separator: " ")
    let judged = JudgedSeed(
      configuration, seed: known.scenario.seeds.first,
      tiers: known.scenario.tiers, carrier: plan.carrier, reproduce: reproduce)
    if let stalled = judged.stalledRun { throw ToolError("\(known.path): \(stalled)") }
    // What an interrupt has cut short says nothing.
    if Interrupts.isRequested {
      report.isInterrupted = true
      return nil
    }
    report.counts.add(judged.judgement)
    guard let finding = judged.findings.first(where: { $0.rule == rule }) else {
      report.notes.append("known and gone: \(known.path)")
      return nil
    }
    report.findings.append(finding)
    report.notes.append("known and still there: \(known.path)")
    return finding
  }

  /// Tries again what an earlier campaign found and did not come to make smaller, as it was killed: what is
  /// still there is a finding, and is made smaller before any other.
  func tryPending(_ report: inout RunReport) throws -> [PendingFinding] {
    var pending: [PendingFinding] = []
    for left in try folder?.pendingScenarios() ?? [] where isOfThisPlan(left.scenario) {
      let finding = try finding(of: left, &report) { report, reason in
        // Nobody has looked at it since it was found, so that nothing has passed.
        report.addObstacle("found and not yet made smaller: \(left.path) \(reason)")
      }
      guard let finding else { continue }
      pending.append(PendingFinding(finding: finding, path: left.path, scenario: left.scenario))
    }
    return pending
  }

  /// Keeps a finding in the moment in which it is found: whatever happens from then on, it is there.
  func keepUnshrunk(_ finding: Finding) throws {
    try folder?.keepUnshrunk(finding, of: plan)
  }

  private func isOfThisPlan(_ scenario: Scenario) -> Bool {
    scenario.configuration.stack == plan.stack && scenario.configuration.bugs == plan.bugs
  }

  /// Makes `examples` smaller and keeps them.
  ///
  /// - Parameter pending: what an earlier campaign left, before the others.
  func minimize(
    _ pending: [PendingFinding], _ examples: [Finding], _ report: inout RunReport
  ) throws {
    guard options.isMinimizing else { return }
    var progress = ProgressLine()
    for left in pending {
      if Interrupts.isRequested { break }
      progress.show("making \(left.path) smaller")
      if let group = try minimizedAndKept(left) {
        FindingGroup.add(group, to: &report.groups)
      } else {
        report.notes.append("\(left.path) cannot be made smaller")
      }
    }
    for finding in examples {
      // Each is kept as it was found, and the next campaign carries on with it.
      if Interrupts.isRequested {
        report.notes.append("\(finding.reproduce): interrupted before it was made smaller")
        continue
      }
      progress.show(
        "making \(finding.rule.rawValue) of seed \(finding.seed.map { "\($0)" } ?? "") smaller")
      if let group = try minimizedAndKept(finding) {
        FindingGroup.add(group, to: &report.groups)
      } else if Interrupts.isRequested {
        report.notes.append("\(finding.reproduce): interrupted before it was made smaller")
      } else {
        report.notes.append(
          "\(finding.rule.rawValue) of \(finding.reproduce) cannot be made smaller")
      }
    }
    progress.clear()
    guard let folder else { return }
    // Each is there since it was minimized; what several seeds led to now names them all.
    for group in report.groups where group.seeds.count > 1 {
      try folder.write(group, command: report.command)
    }
    for place in report.groups.indices {
      report.groups[place].finding = folder.reproducible(report.groups[place])
      report.notes.append("kept in \(folder.folder(of: report.groups[place]))")
    }
  }

  private func minimizedAndKept(_ left: PendingFinding) throws -> FindingGroup? {
    guard let group = try minimized(left) else { return nil }
    try folder?.write(group, command: "fuzz")
    Folders.remove(left.path)
    return group
  }

  private func minimized(_ left: PendingFinding) throws -> FindingGroup? {
    guard left.scenario.configuration.hasClient, case .device(let carrier) = plan.carrier else {
      return FindingGroup(unshrinkable: left.finding, left.scenario)
    }
    let rule = left.finding.rule
    let judged = try left.scenario.firstRun(
      breaking: rule, carrier: carrier.carrier(judging: rule))
    return try judged.flatMap {
      try FindingGroup.minimizing($0, rule: rule, isGoingOn: isGoingOn)
    }
  }

  /// Says until when one finding may be made smaller.
  private var isGoingOn: () -> Bool {
    let stopwatch = Stopwatch()
    let limit = options.shrinkLimit.nanoseconds
    return { stopwatch.elapsedNanoseconds < limit && !Interrupts.isRequested }
  }

  private func minimizedAndKept(_ finding: Finding) throws -> FindingGroup? {
    guard let folder else { return try minimized(finding) }
    return try folder.keeping(finding, of: plan) { try minimized(finding) }
  }

  private func minimized(_ finding: Finding) throws -> FindingGroup? {
    try FindingGroup.minimizing(finding, of: plan, isGoingOn: isGoingOn)
  }
}

import ArgumentParser
import Campaign
import Host

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
      if Interrupts.isRequested { return }
      guard case .breaks(let rule, _) = known.scenario.expectation else { continue }
      if let reason = known.scenario.reasonNotToRun(
        hasCommands: !plan.carrier.judgeWords.isEmpty)
      {
        report.notes.append("known and not tried: \(known.path) \(reason)")
        continue
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
      if Interrupts.isRequested { return }
      report.counts.add(judged.judgement)
      if let finding = judged.findings.first(where: { $0.rule == rule }) {
        report.findings.append(finding)
        report.notes.append("known and still there: \(known.path)")
      } else {
        report.notes.append("known and gone: \(known.path)")
      }
    }
  }

  private func isOfThisPlan(_ scenario: Scenario) -> Bool {
    scenario.configuration.stack == plan.stack && scenario.configuration.bugs == plan.bugs
  }

  /// Makes `examples` smaller and keeps them.
  func minimize(_ examples: [Finding], _ report: inout RunReport) throws {
    guard options.isMinimizing else { return }
    var progress = ProgressLine()
    for finding in examples {
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

  private func minimizedAndKept(_ finding: Finding) throws -> FindingGroup? {
    guard let folder else { return try minimized(finding) }
    return try folder.keeping(finding, of: plan) { try minimized(finding) }
  }

  private func minimized(_ finding: Finding) throws -> FindingGroup? {
    let stopwatch = Stopwatch()
    let limit = options.shrinkLimit.nanoseconds
    return try FindingGroup.minimizing(finding, of: plan) {
      stopwatch.elapsedNanoseconds < limit && !Interrupts.isRequested
    }
  }
}

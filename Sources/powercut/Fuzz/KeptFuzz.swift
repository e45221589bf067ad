import Campaign
import Host
import Nights
import Reporting
import Rules
import Scheduling
import ToolSupport

/// `fuzz --output`: a campaign of one target, told as `fuzz` tells what it finds.
struct KeptFuzz {
  let plan: FuzzPlan
  let output: String
  let command: FuzzCommand
  let jobCount: Int

  private var name: String { RunReport.target(plan.stack, plan.bugs) }

  /// - Parameter report: what was found until then, also where an error ends it.
  func carryOut(_ stopwatch: Stopwatch, _ report: inout RunReport) throws {
    let folder = try FindingFolder(output, carrier: plan.carrier)
    var run = try CampaignRun(try request(folder, stopwatch))
    do {
      try run.carryOut()
    } catch {
      report = KeptFuzzReport(run.soFar, self).report
      throw error
    }
    report = KeptFuzzReport(run.soFar, self).report
    if run.isAbandoned {
      addUnseen(to: &report, run.soFar)
    } else {
      try complete(&report, run.soFar, folder)
    }
    report.isInterrupted = Interrupts.isRequested
    if let duration = command.duration {
      report.notes.append(
        command.end(
          plan, duration, isOutOfTime: run.isOutOfTime, isFound: !report.findings.isEmpty, report))
    }
  }

  private func request(
    _ folder: FindingFolder, _ stopwatch: Stopwatch
  ) throws -> CampaignRequest {
    var target = CampaignTarget(name: name, plan: plan)
    target.seeds = command.hasEndlessSeeds ? nil : plan.seeds
    let prepared = PreparedTarget(
      target: target, plan: plan, jobLimit: plan.carrier.judgeWords.isEmpty ? jobCount : 1,
      version: (try? ProgramVersion.text(of: plan)) ?? nil)
    let timing = stopwatch.timing(jobCount: jobCount)
    var request = CampaignRequest(
      file: CampaignFile(name: "fuzz", targets: [target]), targets: [prepared],
      paths: CampaignPaths(output, separatesTargets: false), jobCount: jobCount
    ) { soFar, ending in
      command.outputOptions.printLastWords(
        ending, KeptFuzzReport(soFar, self).report, timing, stopwatch)
    }
    request.shard = command.shard?.shard ?? .whole
    request.durationNanoseconds = command.duration?.nanoseconds
    request.stopsAtFirst = !plan.isGoingOn
    request.minimizingLimitNanoseconds = command.minimizing.shrinkLimit.nanoseconds
    request.verifiesDeterminism = command.verifyDeterminism
    request.stallLimit = 1
    request.known = try known(folder) + uncounted(folder)
    return request
  }

  /// The findings of this stack that stand in the folder, whoever put them there.
  private func known(_ folder: FindingFolder) throws -> [KnownCase] {
    try folder.knownScenarios().compactMap { kept in
      guard kept.scenario.configuration.stack == plan.stack,
        kept.scenario.configuration.bugs == plan.bugs,
        case .breaks(let rule, _) = kept.scenario.expectation
      else { return nil }
      let path = String(kept.path.dropLast(FindingFolder.scenarioName.utf8.count + 1))
      let word = path.split(separator: "/").last.map(String.init) ?? path
      return KnownCase(target: name, name: word, rule: rule, folder: path)
    }
  }

  /// What a start has found that was killed before it counted the seed, or that an earlier night did not come to
  /// make smaller. Where the seed is carried out again it is counted then.
  private func uncounted(_ folder: FindingFolder) throws -> [KnownCase] {
    let history = CampaignHistory(try CampaignStore(folder: output).ledgers())
    let number = history.night(
      for: command.shard?.shard ?? .whole, secondsSince: WallClock.seconds)
    let counted = history.nights.first { $0.number == number }?.targets[name]?.seeds ?? SeedSet()
    return try folder.unshrunkScenarios().compactMap { kept in
      let seed = kept.scenario.seeds.first
      guard kept.scenario.configuration.stack == plan.stack,
        kept.scenario.configuration.bugs == plan.bugs,
        case .breaks(let rule, _) = kept.scenario.expectation,
        !counted.contains(seed),
        !(plan.seeds.first...plan.seeds.last).contains(seed)
      else { return nil }
      return KnownCase(
        target: name, name: "\(rule)-seed-\(seed)", rule: rule, folder: output,
        uncountedPath: kept.path)
    }
  }

  // MARK: What earlier starts of this night have found

  /// Says what this start did not see itself, where no run can be made any more to show it.
  private func addUnseen(to report: inout RunReport, _ soFar: CampaignSoFar) {
    let night = soFar.history().nights.first { $0.number == soFar.night }
    let tally = night?.targets[name]?.tally ?? SeedTally()
    for rule in tally.brokenRules where !report.findings.contains(where: { $0.rule == rule }) {
      let seed = tally.broken[rule]?.first.first.map { "\($0)" } ?? ""
      report.addObstacle("\(rule) was broken by seed \(seed), in an earlier start of this night")
    }
  }

  /// Adds what this start did not see itself, because an earlier one was killed after it: both are carried out again.
  private func complete(
    _ report: inout RunReport, _ soFar: CampaignSoFar, _ folder: FindingFolder
  ) throws {
    let night = soFar.history().nights.first { $0.number == soFar.night }
    let tally = night?.targets[name]?.tally ?? SeedTally()
    for rule in tally.brokenRules where !report.findings.contains(where: { $0.rule == rule }) {
      guard let seed = tally.broken[rule]?.first.first else { continue }
      report.findings += plan.run(seed).findings.filter { $0.rule == rule }
    }
    for place in report.groups.indices {
      let group = report.groups[place]
      // Each is there since it was minimized; what several seeds led to now names them all.
      if group.seeds.count > 1 { try folder.write(group, command: report.command) }
      report.groups[place].finding = folder.reproducible(group)
      report.notes.append("kept in \(folder.folder(of: group))")
    }
    for (seed, minimized) in (night?.minimized ?? [:]).sorted(by: { $0.key.seed < $1.key.seed }) {
      guard seed.target == name, minimized.shape != nil else { continue }
      let path = "kept in \(output)/\(minimized.name)"
      if !report.notes.contains(path) { report.notes.append(path) }
    }
  }
}

/// What was seen and written down of such a campaign, as a report of `fuzz`.
struct KeptFuzzReport {
  private let soFar: CampaignSoFar
  private let fuzz: KeptFuzz

  init(_ soFar: CampaignSoFar, _ fuzz: KeptFuzz) {
    self.soFar = soFar
    self.fuzz = fuzz
  }

  var report: RunReport {
    let (plan, facts) = (fuzz.plan, PlanFacts(fuzz.plan))
    let history = soFar.history()
    let night = history.nights.first { $0.number == soFar.night }
    let target = night?.targets[facts.subject]
    let tally = target?.tally ?? SeedTally()
    var report = RunReport(
      command: "fuzz", subject: facts.subject,
      seeds: fuzz.command.duration == nil ? plan.seeds : target?.bounds ?? plan.seeds)
    report.needsPromises = facts.needsPromises
    report.counts = tally.counts
    addKnown(to: &report)
    report.findings += soFar.seen.first
    report.groups = soFar.seen.groups
    if plan.isGoingOn { report.notes += tally.brokenLines }
    let remarks = facts.remarks(on: tally)
    report.notes += remarks.notes
    report.unjudgedRules += remarks.unjudgedRules
    let obstacles = remarks.obstacles + [tally.stalled.text].compactMap { $0 }
    let met = history.lastWorkers(ofNight: soFar.night).flatMap(\.obstacles).map(\.text)
    for obstacle in obstacles + met {
      report.addObstacle(obstacle)
    }
    return report
  }

  private func addKnown(to report: inout RunReport) {
    for (known, answer) in soFar.seen.known {
      let path = known.path
      switch answer.tried.answer {
      case .there: report.notes.append("known and still there: \(path)")
      case .gone: report.notes.append("known and gone: \(path)")
      case .untried:
        report.notes.append("known and not tried: \(path) \(answer.tried.reason ?? "")")
      }
      if let finding = answer.finding { report.findings.append(finding) }
    }
  }
}

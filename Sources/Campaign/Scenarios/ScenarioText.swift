import Checking
import CrashStates
import ImageStacks
import Rules
import Scheduling

extension Scenario {
  /// The scenario as a file: what ``init(parsing:)`` reads back as the same scenario. A key whose value
  /// is the default is left out, but for `states`, whose default a later version may change.
  ///
  /// A file cannot say everything that a program can set: failing operations answer EIO, a search has the
  /// usual limit of schedules, tasks have at least one operation in some session.
  package var text: String { ScenarioText(self).lines.joined(separator: "\n") + "\n" }
}

extension Scenario {
  /// One run that breaks a rule as a scenario of its own, which needs neither the generator nor, where it
  /// has choices, the strategy that led to it.
  ///
  /// - Parameters:
  ///   - choices: those that the run made; `nil`: as the configuration says.
  ///   - also: what else the run breaks.
  package init(
    of configuration: RunConfiguration, seed: Seed, choices: Schedule? = nil, tiers: [Tier],
    breaking rule: Rule, also: [Rule] = []
  ) {
    var listing = configuration.listingOperations(seed: seed)
    if let choices {
      listing.schedule = .choices(choices, madeBy: configuration.schedule.strategy)
    }
    self.init(
      summary: "Seed \(seed) of \(configuration.stack) breaks \(rule.rawValue), \(rule.failure).",
      configuration: listing, seeds: SeedRange(first: seed, last: seed), tiers: tiers,
      expectation: .breaks(rule, also: Set(also.filter { $0 != rule })))
  }
}

extension RunConfiguration {
  /// What a seed draws and does as text, without the schedule: the key lines of a scenario from `stack`
  /// to `workload`. Two versions of this tool that write the same here carry out the same run where they
  /// make the same choices.
  package func text(seed: Seed) -> String {
    ScenarioText.lines(of: listingOperations(seed: seed)).joined(separator: "\n") + "\n"
  }

  /// The same run of `seed`, with the client's operations written out instead of drawn.
  ///
  /// Operations keep their numbers and the run keeps its seed, so contents, GUIDs and faults stay what
  /// they are.
  package func listingOperations(seed: Seed) -> RunConfiguration {
    var listing = self
    if let workload = clientWorkload(seed: seed) { listing.workload = .explicit(workload) }
    return listing
  }
}

/// Writes what ``Scenario/init(parsing:)`` reads.
struct ScenarioText {
  private let scenario: Scenario

  init(_ scenario: Scenario) {
    self.scenario = scenario
  }

  var lines: [String] {
    let ignored = scenario.configuration.ignoredRules.sorted().map(\.rawValue)
    var lines = ["summary: \(YAMLText.scalar(scenario.summary))"]
    lines += Self.lines(of: scenario.configuration)
    // Not among the lines of which a digest is made: it is another file on another machine.
    if let executable = scenario.configuration.program?.executable {
      lines.append("program: \(YAMLText.scalar(executable))")
    }
    lines += scheduleLines
    lines.append("states: \(YAMLText.list(scenario.tiers.map(\.description)))")
    lines.append("expect: \(expectation)")
    if !ignored.isEmpty { lines.append("ignore: \(YAMLText.list(ignored))") }
    if !scenario.pinnedDigests.isEmpty {
      lines.append("digests: \(YAMLText.list(scenario.pinnedDigests))")
    }
    return lines
  }

  /// Stack, bugs, device, image and workload.
  static func lines(of configuration: RunConfiguration) -> [String] {
    let bugs = configuration.bugs.sorted().map(\.identifier)
    var lines = ["stack: \(configuration.stack)"]
    if !bugs.isEmpty { lines.append("bugs: \(YAMLText.list(bugs))") }
    if let commands = configuration.commands {
      return lines + CommandsText(commands, configuration.faults).lines
    }
    let device = device(of: configuration)
    if !device.isEmpty { lines.append("device: \(device.text)") }
    let image = image(of: configuration)
    // Without an image its values mean nothing, and the parser refuses them.
    if configuration.stack.image.isOfKnownFormat && !image.isEmpty {
      lines.append("image: \(image.text)")
    }
    return lines + WorkloadText(configuration).lines
  }

  private static func device(of configuration: RunConfiguration) -> YAMLMapping {
    let usual = RunConfiguration(stack: configuration.stack)
    let faults = configuration.faults
    var device = YAMLMapping()
    device.add(byteCount: "bytes", configuration.deviceByteCount, unless: usual.deviceByteCount)
    device.add(
      byteCount: "sector", UInt64(configuration.logSectorByteCount),
      unless: UInt64(usual.logSectorByteCount))
    device.add(
      "superblock-interval", configuration.superblockInterval, unless: usual.superblockInterval)
    device.add(byteCount: "stale-log", configuration.staleLogByteCount, unless: 0)
    device.add("killed", configuration.isKilled, unless: false)
    device.addFaults(faults)
    device.add("log-failing", configuration.failingLogOperations.sorted(), unless: []) {
      YAMLText.list($0.map { "\($0)" })
    }
    device.add("lying", faults.liesAboutFlushes, unless: false)
    return device
  }

  private static func image(of configuration: RunConfiguration) -> YAMLMapping {
    let usual = ImageConfiguration()
    let values = configuration.image
    var image = YAMLMapping()
    image.add(
      byteCount: "block", UInt64(values.blockByteCount), unless: UInt64(usual.blockByteCount))
    image.add(
      byteCount: "sector", UInt64(values.logicalSectorByteCount),
      unless: UInt64(usual.logicalSectorByteCount))
    image.add(byteCount: "log", UInt64(values.logByteCount), unless: UInt64(usual.logByteCount))
    image.add("fixed", values.isFixed, unless: usual.isFixed)
    image.add("worn", values.isWorn, unless: usual.isWorn)
    image.add(
      byteCount: "ring-start", values.firstRingByteOffset, unless: usual.firstRingByteOffset)
    image.add(byteCount: "ring-usable", values.usableRingByteCount)
    image.add("checkpoint", values.entriesPerCheckpoint, unless: usual.entriesPerCheckpoint)
    if let limit = values.entrySectorLimit { image.add("entry-sectors", "\(limit)") }
    return image
  }

  /// In one line, but where there are choices, which can be long.
  private var scheduleLines: [String] {
    var schedule = YAMLMapping()
    switch scenario.configuration.schedule {
    case .strategy(let name), .choices(_, let name):
      schedule.add("strategy", name, unless: .auto) { $0.rawValue }
    case .exhaustive(let bound):
      schedule.add("strategy", ExhaustiveBound.strategyName)
      if let limit = bound.preemptionLimit { schedule.add("preemptions", "\(limit)") }
    case .turns: break
    }
    schedule.add("seeds", "\(scenario.seeds)")
    if let turns = scenario.configuration.schedule.turns {
      schedule.add("turns", "\"\(turns)\"")
    }
    guard let choices = scenario.configuration.schedule.choices else {
      return ["schedule: \(schedule.text)"]
    }
    // A list without choices is one, too: always the first of what is pending.
    let text = choices.choices.isEmpty ? "\"\"" : choices.description
    return ["schedule:"] + (schedule.parts + ["choices: \(text)"]).map { "  \($0)" }
  }

  private var expectation: String {
    guard case .breaks(let rule, let also) = scenario.expectation else { return "pass" }
    var expectation = YAMLMapping()
    expectation.add("breaks", rule.rawValue)
    expectation.add("also", also.sorted().map(\.rawValue), unless: []) { YAMLText.list($0) }
    return expectation.text
  }
}

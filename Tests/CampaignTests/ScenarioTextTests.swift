import BlockDevice
import Campaign
import Checking
import CrashStates
import Host
import Scheduling
import Stacks
import TestSupport
import Testing
import Workload

/// A scenario written as text reads as the same scenario, and the run of a seed as text is the same run.
@Suite struct ScenarioTextTests {
  /// Every generator there is, with bugs so that some of the runs break rules.
  static let plans: [FuzzPlan] = {
    let seeds = SeedRange(first: Seed(1), last: Seed(200))
    func plan(_ stack: String, _ bugs: [String] = [], _ tiers: [Tier]? = nil) -> FuzzPlan {
      guard let stack = StackName(stack) else { preconditionFailure("a stack that there is") }
      return FuzzPlan(
        stack: stack, bugs: Set(bugs.compactMap { PlantedBug($0) }), seeds: seeds,
        tiers: tiers ?? [.prefix, .flushedOnly])
    }
    var dirty = plan("vhdx:qemu-7.2.22")
    dirty.workload = .dirtyImages
    dirty.ignoredRules = [.r04, .s04]
    return [
      plan("raw:exact", ["logger.position-reread"]), plan("raw:qemu-7.2.22"),
      plan("vhdx:exact", ["writer.publish-before-log", "logger.count-early"]),
      plan("vhdx:qemu-7.2.22"), plan("vhdx:qemu-7.2.0"),
      plan("raw:exact", ["logger.fua-unmarked"], [.all]), plan("vhdx:exact", [], [.all]), dirty,
    ]
  }()

  /// The last finding of the first seed that has one, of each plan that breaks something soon.
  static let findings: [(plan: FuzzPlan, finding: Finding)] = plans.compactMap { plan in
    // Nothing is wrong with the exact stack.
    if plan.bugs.isEmpty && plan.stack.profile == .exact { return nil }
    for seed in 1...60 as ClosedRange<UInt64> {
      if let finding = plan.run(Seed(seed)).findings.last { return (plan, finding) }
    }
    return nil
  }

  private static func scenario(_ plan: FuzzPlan, _ seed: Seed) -> Scenario {
    Scenario(
      of: plan.configuration(for: seed), seed: seed, tiers: plan.tiers, breaking: .l03,
      also: [.l08, .d01])
  }

  @Test(arguments: plans.indices)
  func whatASeedDrawsReadsBackAsItself(place: Int) throws {
    let plan = Self.plans[place]
    for seed in 1...250 as ClosedRange<UInt64> {
      let scenario = Self.scenario(plan, Seed(seed))
      // Not inside of the macro: it would print both, part by part.
      let isSame = try Scenario(parsing: scenario.text) == scenario
      #expect(isSame, "seed \(seed)\n\(scenario.text)")
    }
  }

  @Test(arguments: plans.indices)
  func theTextOfASeedIsTheSameRun(place: Int) throws {
    let plan = Self.plans[place]
    for seed in 1...6 as ClosedRange<UInt64> where plan.workload == .client {
      let drawn = SimulatedRun(plan.configuration(for: Seed(seed)), seed: Seed(seed))
      let parsed = try Scenario(parsing: Self.scenario(plan, Seed(seed)).text)
      let listed = SimulatedRun(parsed.configuration, seed: parsed.seeds.first)
      #expect(listed.schedule == drawn.schedule, "seed \(seed)")
      #expect(listed.logBytes == drawn.logBytes, "seed \(seed)")
      let judgement = JudgedRun(judging: drawn, tiers: plan.tiers).judgement
      let again = JudgedRun(judging: listed, tiers: parsed.tiers).judgement
      #expect(again.violations == judgement.violations, "seed \(seed)")
      #expect(again.stateCount == judgement.stateCount)
      #expect(again.judgedRules == judgement.judgedRules)
    }
  }

  @Test func aFindingSurvivesAnotherStrategyThroughItsText() throws {
    let plan = Self.plans[0]
    var findingCount = 0
    for seed in 1...40 as ClosedRange<UInt64> {
      let judged = JudgedRun(
        plan.configuration(for: Seed(seed)), seed: Seed(seed), tiers: plan.tiers)
      guard let violation = judged.judgement.violations.first else { continue }
      findingCount += 1
      let scenario = Scenario(
        of: judged.run.configuration, seed: Seed(seed), choices: judged.run.schedule,
        tiers: plan.tiers, breaking: violation.rule, also: judged.judgement.violations.map(\.rule))
      for strategy in StrategyName.allCases {
        var parsed = try Scenario(parsing: scenario.text)
        parsed.configuration.schedule = .choices(judged.run.schedule, madeBy: strategy)
        let again = JudgedRun(parsed.configuration, seed: parsed.seeds.first, tiers: parsed.tiers)
        #expect(again.run.logBytes == judged.run.logBytes)
        #expect(again.judgement.violations == judged.judgement.violations)
        #expect(parsed.run(path: "a.yaml").0.failure == nil)
      }
    }
    #expect(findingCount > 3)
  }

  @Test func everyScenarioFileReadsBackAsItself() throws {
    for path in try Folders.files(below: Repository.path("Scenarios"), suffix: ".yaml") {
      let scenario = try Scenario(parsing: InputFile.text(path))
      #expect(try Scenario(parsing: scenario.text) == scenario, "\(path)\n\(scenario.text)")
    }
  }

  /// Written by hand: what each key looks like.
  @Test func theTextIsReadable() throws {
    var configuration = RunConfiguration(
      stack: try #require(StackName("vhdx:exact")), bugs: [.stack(.tailEarly), .stack(.countEarly)])
    configuration.deviceByteCount = 1030 << 20
    configuration.superblockInterval = 3
    configuration.faults.errors = [17: .inputOutput, 4: .inputOutput]
    configuration.faults.capacityByteCount = 9 << 20
    configuration.faults.liesAboutFlushes = true
    configuration.image.isFixed = true
    configuration.image.firstRingByteOffset = 0xf_e000
    configuration.image.entriesPerCheckpoint = 4
    configuration.schedule = .strategy(.pct)
    configuration.ignoredRules = [.s05, .d10]
    configuration.workload = .explicit(
      Workload(explicit: [
        [
          .init(
            identifier: 1, task: 0, action: .write, range: .init(byteOffset: 0, byteCount: 4096),
            isFUA: true),
          .init(identifier: 2, task: 1, action: .flush),
        ],
        [
          .init(
            identifier: 4, task: 1, action: .discard,
            range: .init(byteOffset: 1 << 20, byteCount: 3 << 9)),
          .init(
            identifier: 9, task: 0, action: .resize, range: .init(byteOffset: 0, byteCount: 1 << 29)
          ),
        ],
      ]))
    let scenario = Scenario(
      of: configuration, seed: Seed(8), choices: Schedule([.init(index: 1, bound: 3)]),
      tiers: [.prefix, .drop(2)], breaking: .d01, also: [.s05, .d05])
    let text = """
      summary: Seed 8 of vhdx:exact breaks D01, a flushed version is gone.
      stack: vhdx:exact
      bugs: [logger.count-early, writer.tail-early]
      device: { bytes: 1030MiB, superblock-interval: 3, capacity: 9MiB, failing: [4, 17], lying: true }
      image: { fixed: true, ring-start: 1016KiB, checkpoint: 4 }
      workload:
        - { task: 0, write: [0, 4KiB], fua: true }
        - { task: 1, flush: true }
        - reopen
        - { task: 1, discard: [1MiB, 1536] }
        - { task: 0, resize: 512MiB, number: 9 }
      schedule:
        strategy: pct
        seeds: 8
        choices: 1/3
      states: [prefix, drop:2]
      expect: { breaks: D01, also: [D05, S05] }
      ignore: [D10, S05]

      """
    #expect(scenario.text == text)
    #expect(try Scenario(parsing: text) == scenario)
  }

  @Test(arguments: [
    "Plain words, and 7 of them.", "a colon: and a hash # too", "a:b ::c :d", "a :",
    "\"quoted\" and 'quoted'", "- a",
    "{ a }", "[a]", "*a", "&a", "!a", "%a", "@a", "`a`", "| a", "> a", "? a", ": a", "true", "null",
    "7",
    "ends with a colon:", "ends with a blank ", " begins with one", "two\nlines\n", "\ttab\r\n",
    "back\\slash \\n", "zero\u{0}byte", "\u{85}\u{2028}\u{2029}\u{feff}\u{7f}\u{9f}", "é 漢 🧪",
    "---", "...", "a\\", "\"", "\\\"", "~", "<<", "=",
  ])
  func aSummaryIsQuotedWhereItMustBe(summary: String) throws {
    var scenario = Self.scenario(Self.plans[0], Seed(1))
    scenario.summary = summary
    #expect(try Scenario(parsing: scenario.text) == scenario, "\(scenario.text)")
  }

  @Test func emptyAndLongListsOfChoicesReadBack() throws {
    let long = (0..<50_000).map { Choice(index: $0 % 7, bound: 7 + $0 % 3) }
    for choices in [[], [Choice(index: 0, bound: 2)], long] {
      var scenario = Self.scenario(Self.plans[0], Seed(3))
      scenario.configuration.schedule = .choices(Schedule(choices), madeBy: .auto)
      // Not inside of the macro, which would print both lists for minutes.
      let isSame = try Scenario(parsing: scenario.text) == scenario
      #expect(isSame, "\(choices.count) choices")
    }
  }

  /// Each way to say a schedule, and the line or lines that it becomes.
  @Test func everyKindOfScheduleReadsBack() throws {
    func check(_ lines: String, _ schedule: ScheduleSource) throws {
      var scenario = Self.scenario(Self.plans[0], Seed(3))
      scenario.configuration.schedule = schedule
      #expect(scenario.text.contains("\nschedule:\(lines)\nstates:"), "\(scenario.text)")
      let isSame = try Scenario(parsing: scenario.text) == scenario
      #expect(isSame)
    }
    try check(" { seeds: 3 }", .usual)
    try check(" { strategy: delay, seeds: 3 }", .strategy(.delay))
    try check(" { strategy: dfs, seeds: 3 }", .exhaustive(.init(preemptionLimit: nil)))
    try check(
      " { strategy: dfs, preemptions: 2, seeds: 3 }", .exhaustive(.init(preemptionLimit: 2)))
    try check(
      " { seeds: 3, turns: \"12x0,3x1\" }", .turns(try #require(TaskOrder("12x0,3x1"))))
    try check(" { seeds: 3, turns: \"\" }", .turns(TaskOrder()))
    let choices = try #require(Schedule("0/2,1/3,1/3"))
    try check(
      "\n  strategy: pos\n  seeds: 3\n  choices: 0/2,2x1/3", .choices(choices, madeBy: .pos))
    try check("\n  seeds: 3\n  choices: 0/2,2x1/3", .choices(choices, madeBy: .auto))
  }

  // MARK: Numbers

  private static func parse(_ items: [String]) throws -> Workload {
    let text = """
      summary: A sentence.
      stack: raw:exact
      workload:
      \(items.map { "  - \($0)" }.joined(separator: "\n"))
      expect: pass
      """
    guard case .explicit(let workload) = try Scenario(parsing: text).configuration.workload else {
      throw ScenarioError(line: nil, "not explicit")
    }
    return workload
  }

  /// What a workload looks like that operations were taken out of: items, numbers of the operations by
  /// session, numbers of the closes.
  @Test(
    arguments: [
      (["{ flush: true, number: 7 }"], [[7]], [8]),
      (["{ flush: true }", "{ close: 20 }"], [[1]], [20]),
      (["{ flush: true }", "{ reopen: 9 }", "{ flush: true }"], [[1], [10]], [9, 11]),
      (["close"], [[]], [1]),
      (["{ close: 5 }"], [[]], [5]),
      (
        ["reopen", "reopen", "{ flush: true, number: 4 }", "{ close: 6 }"], [[], [], [4]],
        [1, 2, 6]
      ),
      (["reopen", "close"], [[], []], [1, 2]),
    ] as [([String], [[UInt64]], [UInt64])])
  func numbersAreKept(items: [String], operations: [[UInt64]], closes: [UInt64]) throws {
    let workload = try Self.parse(items)
    #expect(workload.sessions.map { $0.tasks.flatMap { $0.map(\.identifier) } } == operations)
    #expect(workload.sessions.map(\.close.identifier) == closes)
    var scenario = Self.scenario(Self.plans[1], Seed(1))
    scenario.configuration.workload = .explicit(workload)
    #expect(try Scenario(parsing: scenario.text) == scenario)
    for item in items { #expect(scenario.text.contains("\n  - \(item)\n")) }
  }

  @Test(arguments: [
    ["{ flush: true, number: 2 }", "{ flush: true, number: 2 }"],
    ["{ flush: true, number: 0 }"], ["{ flush: true, number: 1000000001 }"],
    ["{ flush: true, number: 99999999999999999999 }"],
    ["{ flush: true }", "{ reopen: 1 }"], ["{ flush: true }", "{ close: 1 }"],
    ["close", "{ flush: true }"], ["close", "close"], ["{ flush: true }", "{ close: 3, task: 1 }"],
    ["{ reopen: x }"], ["reopen"], ["reopen", "reopen"],
  ])
  func numbersThatDoNotGoUpAreRefused(items: [String]) {
    #expect(throws: ScenarioError.self) { try Self.parse(items) }
  }
}

import Rules
import Scheduling
import Stacks
import Testing

@testable import Campaign

/// What can be no run is refused in the same words, whoever asks for it.
@Suite struct ConfigurationProblemTests {
  struct Refusal: Sendable {
    var stack: String
    var bugs: [String] = []
    var workload = FuzzedWorkload.client
    var schedule = ScheduleSource.usual
    var part: ConfigurationProblem.Part
    var named: String
    /// A token has no fields for turns and searches.
    var hasToken = true
  }

  static let choices = ScheduleSource.choices(
    Schedule([Choice(index: 1, bound: 3)]), madeBy: .auto)
  static let search = ScheduleSource.exhaustive(ExhaustiveBound(preemptionLimit: 2))

  static let refusals = [
    Refusal(
      stack: "raw:exact", workload: .transactions, part: .workload, named: "belong to a database"),
    Refusal(
      stack: "program:nbd-raw", workload: .transactions, part: .workload,
      named: "belong to a database"),
    Refusal(
      stack: "program:sqlite3-off", part: .workload, named: "its workload is transactions"),
    Refusal(
      stack: "program:sqlite3-off", workload: .dirtyImages, part: .workload,
      named: "simulated stack of images"),
    Refusal(
      stack: "raw:exact", workload: .dirtyImages, part: .workload,
      named: "simulated stack of images"),
    Refusal(
      stack: "program:nbd-vhdx", workload: .dirtyImages, part: .workload,
      named: "simulated stack of images"),
    Refusal(
      stack: "program:nbd-vhdx", bugs: ["writer.tail-early"], part: .bugs,
      named: "a program has those of its own"),
    Refusal(
      stack: "raw:exact", bugs: ["writer.tail-early"], part: .bugs, named: "these stacks can"),
    Refusal(
      stack: "vhdx:exact", bugs: ["writer.tail-early"], workload: .dirtyImages, part: .bugs,
      named: "dirty images are made up"),
    Refusal(
      stack: "vhdx:exact", workload: .dirtyImages, schedule: choices, part: .schedule,
      named: "made-up images have no client"),
    Refusal(
      stack: "vhdx:exact", workload: .dirtyImages, schedule: .strategy(.pct), part: .schedule,
      named: "made-up images have no client"),
    Refusal(
      stack: "vhdx:exact", workload: .dirtyImages, schedule: search, part: .schedule,
      named: "made-up images have no client", hasToken: false),
    Refusal(
      stack: "program:sqlite3-off", workload: .transactions, schedule: choices, part: .schedule,
      named: "one after the other"),
    Refusal(
      stack: "program:sqlite3-off", workload: .transactions, schedule: .turns(TaskOrder()),
      part: .schedule, named: "one after the other", hasToken: false),
    Refusal(
      stack: "program:qemu-io-raw", schedule: search, part: .schedule, named: "too slow",
      hasToken: false),
  ]

  private static func plan(
    _ stack: String, _ bugs: [String], _ workload: FuzzedWorkload, _ schedule: ScheduleSource
  ) throws -> FuzzPlan {
    var plan = FuzzPlan(
      stack: try #require(StackName(stack)),
      bugs: Set(try bugs.map { try #require(PlantedBug($0)) }),
      seeds: SeedRange(first: Seed(1), last: Seed(1)), schedule: schedule)
    plan.workload = workload
    return plan
  }

  private static func scenario(_ configuration: RunConfiguration) -> Scenario {
    Scenario(
      summary: "A sentence.", configuration: configuration,
      seeds: SeedRange(first: Seed(1), last: Seed(1)), tiers: [.prefix], expectation: .pass)
  }

  @Test(arguments: refusals)
  func whatDoesNotGoTogetherIsRefusedInTheSameWords(refusal: Refusal) throws {
    let plan = try Self.plan(
      refusal.stack, refusal.bugs, refusal.workload, refusal.schedule)
    let problem = try #require(throws: ConfigurationProblem.self) { try plan.base.validate() }
    #expect(problem.part == refusal.part)
    #expect(problem.reason.contains(refusal.named), "\(problem.reason)")

    let text = Self.scenario(plan.base).text
    let inScenario = try #require(throws: ScenarioError.self) { try Scenario(parsing: text) }
    #expect(inScenario.message == problem.reason)
    let line = text.split(separator: "\n").firstIndex { $0.hasPrefix(refusal.part.rawValue + ":") }
    #expect(try #require(inScenario.line) - 1 == line)

    guard refusal.hasToken else { return }
    let token = RunToken(
      .seed(
        RunToken.SeededRun(
          seed: Seed(1), stack: plan.stack, bugs: plan.bugs, workload: plan.workload,
          strategy: plan.schedule.strategy.rawValue, rule: .d01, drawnDigest: 1,
          choicesDigest: plan.schedule.choices?.digest, choices: plan.schedule.choices)))
    let inToken = try #require(throws: RunTokenError.self) {
      try RunToken(parsing: token.description)
    }
    #expect(inToken.description == problem.reason)
  }

  /// Of every stack what it is for, under every kind of schedule that it can have.
  @Test func whatGoesTogetherIsTaken() throws {
    for name in StackName.allNames {
      let stack = try #require(StackName(name))
      let plan = FuzzPlan(stack: stack, seeds: SeedRange(first: Seed(1), last: Seed(1)))
      try plan.base.validate()
      if stack.holdsMadeUpImages {
        try Self.plan(name, ["recovery.tail-ignored"], .dirtyImages, .usual).base.validate()
      }
      if !plan.base.hasClient { continue }
      let schedules = [.strategy(.pct), Self.choices, .turns(TaskOrder())]
      for schedule in schedules + (stack.program == nil ? [Self.search] : []) {
        try Self.plan(name, [], .client, schedule).base.validate()
      }
    }
  }
}

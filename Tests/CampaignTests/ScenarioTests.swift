import Campaign
import Checking
import CrashStates
import Scheduling
import Stacks
import Testing

@Suite struct ScenarioTests {
  private static let good = """
    summary: A sentence.
    stack: raw:exact
    bugs: [logger.position-reread]
    device: { bytes: 4MiB, sector: 4096 }
    workload:
      - { task: 0, write-zeroes: [0, 64KiB] }
      - { task: 1, write: [2MiB, 4KiB], fua: true }
    schedule: { strategy: pct, seeds: 3..9 }
    states: [prefix, drop:1]
    expect: { breaks: L03, also: [L06, L08] }
    """

  @Test func everyKeyIsRead() throws {
    let scenario = try Scenario(parsing: Self.good)
    #expect(scenario.summary == "A sentence.")
    #expect(scenario.configuration.bugs == [.stack(.positionReread)])
    #expect(scenario.configuration.deviceByteCount == 4 << 20)
    #expect(scenario.configuration.logSectorByteCount == 4096)
    #expect(scenario.configuration.schedule == .strategy(.pct))
    #expect(scenario.seeds == SeedRange(first: Seed(3), last: Seed(9)))
    #expect(scenario.tiers == [.prefix, .drop(1)])
    #expect(scenario.expectation == .breaks(.l03, also: [.l06, .l08]))
    guard case .explicit(let workload) = scenario.configuration.workload else {
      Issue.record("not explicit")
      return
    }
    #expect(
      workload.operations.map(\.description) == [
        "write-zeroes #1 [0, 65536)", "write #2 [2097152, 2101248) fua", "close #3",
      ])
  }

  @Test func aListCanHaveSeveralSessions() throws {
    let text = Self.good.replacingOccurrences(
      of: "  - { task: 1,", with: "  - reopen\n  - { task: 1,")
    guard case .explicit(let workload) = try Scenario(parsing: text).configuration.workload else {
      Issue.record("not explicit")
      return
    }
    #expect(
      workload.sessions.map { $0.tasks.map { $0.map(\.identifier) } } == [[[1]], [[], [3]]])
    #expect(workload.sessions.map(\.close.identifier) == [2, 4])
  }

  /// A line of the good file, what it is replaced by, and the line and word of the refusal.
  @Test(arguments: [
    ("summary: A sentence.", "sumary: A sentence.", 1, "sumary"),
    ("stack: raw:exact", "stack: raw:exakt", 2, "raw:exakt"),
    ("bugs: [logger.position-reread]", "bugs: [logger.nonsense]", 3, "logger.nonsense"),
    ("device: { bytes: 4MiB, sector: 4096 }", "device: { bytes: 4MB }", 4, "4MB"),
    ("device: { bytes: 4MiB, sector: 4096 }", "device: { size: 4MiB }", 4, "size"),
    ("device: { bytes: 4MiB, sector: 4096 }", "device: { bytes: 99999999TiB }", 4, "99999999TiB"),
    ("device: { bytes: 4MiB, sector: 4096 }", "device: { sector: 1000 }", 4, "power of two"),
    ("  - { task: 0, write-zeroes: [0, 64KiB] }", "  - { task: 0, wipe: [0, 64KiB] }", 6, "wipe"),
    (
      "  - { task: 0, write-zeroes: [0, 64KiB] }", "  - { task: 0, write: [1, 64KiB] }", 6,
      "whole sectors"
    ),
    (
      "  - { task: 0, write-zeroes: [0, 64KiB] }", "  - { task: 0, write: 7 }", 6,
      "[offset, length]"
    ),
    ("  - { task: 0, write-zeroes: [0, 64KiB] }", "  - { task: 0 }", 6, "exactly one"),
    ("schedule: { strategy: pct, seeds: 3..9 }", "schedule: { strategy: luck }", 8, "luck"),
    ("schedule: { strategy: pct, seeds: 3..9 }", "schedule: { preemptions: 1 }", 8, "dfs"),
    (
      "schedule: { strategy: pct, seeds: 3..9 }", "schedule: { strategy: dfs, choices: 0/2 }", 8,
      "choices"
    ),
    (
      "schedule: { strategy: pct, seeds: 3..9 }", "schedule: { strategy: dfs, preemptions: -1 }", 8,
      "preemptions"
    ),
    ("schedule: { strategy: pct, seeds: 3..9 }", "schedule: { seeds: 9..3 }", 8, "9..3"),
    ("schedule: { strategy: pct, seeds: 3..9 }", "schedule: { choices: 2/2 }", 8, "2/2"),
    ("states: [prefix, drop:1]", "states: [prefix, torm]", 9, "torm"),
    ("expect: { breaks: L03, also: [L06, L08] }", "expect: { breaks: L99 }", 10, "L99"),
    (
      "expect: { breaks: L03, also: [L06, L08] }", "expect: { breaks: L03, breaks: L04 }", nil,
      "breaks"
    ),
  ])
  func aMistakeIsRefusedWithItsLine(line: String, replacement: String, number: Int?, word: String) {
    let text = Self.good.split(separator: "\n").map { $0 == line ? replacement : String($0) }
      .joined(separator: "\n")
    do {
      _ = try Scenario(parsing: text)
      Issue.record("accepted \(replacement)")
    } catch {
      if let number { #expect(error.line == number, "\(error)") }
      #expect("\(error)".contains(word), "\(error)")
    }
  }

  @Test(arguments: ["", "- a", "{", "summary: x", "a: b: c"])
  func whatIsNoScenarioIsRefused(text: String) {
    #expect(throws: ScenarioError.self) { try Scenario(parsing: text) }
  }

  @Test func everyScheduleOfAWorkloadIsCarriedOut() throws {
    let text = Self.good
      .replacing("strategy: pct, seeds: 3..9", with: "strategy: dfs, preemptions: 0")
      .replacing("bugs: [logger.position-reread]", with: "bugs: []")
      .replacing("{ breaks: L03, also: [L06, L08] }", with: "pass")
    var scenario = try Scenario(parsing: text)
    var bound = ExhaustiveBound(preemptionLimit: 0)
    #expect(scenario.configuration.schedule == .exhaustive(bound))
    let whole = scenario.run(path: "a.yaml").0
    #expect(whole.failure == nil)
    #expect(whole.counts.runs == 2)
    bound.scheduleLimit = 1
    scenario.configuration.schedule = .exhaustive(bound)
    let part = scenario.run(path: "a.yaml").0
    #expect(part.failure?.contains("more than 1 schedules") == true)
  }

  @Test func anExpectationThatIsTurnedRoundFails() throws {
    var scenario = try Scenario(parsing: Self.good)
    scenario.configuration.bugs = []
    #expect(scenario.run(path: "x.yaml").0.failure != nil)
    scenario.expectation = .pass
    #expect(scenario.run(path: "x.yaml").0.failure == nil)
    scenario.configuration.bugs = [.stack(.countEarly)]
    let (outcome, findings) = scenario.run(path: "x.yaml")
    #expect(outcome.failure?.contains("L04") == true)
    #expect(findings.map(\.rule) == [.l04])
    #expect(findings.first?.reproduce == "powercut run x.yaml")
  }
}

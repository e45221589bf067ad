import Campaign
import Scheduling
import Stacks
import Testing
import Workload

/// Scenario files of programs: what they can say, and the line of what they cannot.
struct ProgramScenarioTests {
  private static let lines = [
    "summary: A flushed write is gone after the cut.",
    "stack: program:qemu-io-vhdx",
    "program: /opt/qemu/bin/qemu-io",
    "device: { bytes: 4MiB }",
    "image: { block: 1MiB }",
    "workload:",
    "  - { task: 0, write: [0, 4KiB] }",
    "  - { task: 1, write: [4KiB, 4KiB], fua: true }",
    "  - { task: 1, flush: true }",
    "schedule: { strategy: pct, seeds: 1..9 }",
    "expect: { breaks: D01 }",
  ]

  private static func text(_ changes: [Int: String] = [:]) -> String {
    lines.enumerated().map { changes[$0.offset + 1] ?? $0.element }.joined(separator: "\n")
  }

  @Test func whatAProgramIsAskedForIsRead() throws {
    let scenario = try Scenario(parsing: Self.text())
    let configuration = scenario.configuration
    #expect(configuration.stack == StackName("program:qemu-io-vhdx"))
    #expect(configuration.program == ProgramOptions(executable: "/opt/qemu/bin/qemu-io"))
    #expect(configuration.deviceByteCount == 4 << 20)
    let workload = try #require(configuration.clientWorkload(seed: Seed(1)))
    #expect(
      workload.operations.map(\.description) == [
        "write #1 [0, 4096)", "write #2 [4096, 8192) fua", "flush #3", "close #4",
      ])
    #expect(try Scenario(parsing: scenario.text) == scenario)
  }

  @Test func withoutAFileTheProgramIsTheOneOnPATH() throws {
    let scenario = try Scenario(parsing: Self.text([3: "# nothing"]))
    #expect(scenario.configuration.program == ProgramOptions())
    #expect(!scenario.text.contains("\nprogram:"))
    #expect(try Scenario(parsing: scenario.text) == scenario)
  }

  struct Refusal: CustomTestStringConvertible {
    var changes: [Int: String]
    var line: Int
    var named: String
    var testDescription: String { "\(changes)" }

    init(_ changes: [Int: String], line: Int, _ named: String) {
      self.changes = changes
      self.line = line
      self.named = named
    }
  }

  static let refusals = [
    Refusal([2: "stack: program:qemu-img"], line: 2, "program:qemu-io-raw"),
    Refusal([2: "stack: vhdx:exact"], line: 3, "'program' belongs to a stack of programs"),
    Refusal([3: "program: [a, b]"], line: 3, "path of a file"),
    Refusal([3: "program: \"\""], line: 3, "path of a file"),
    Refusal([4: "bugs: [writer.tail-early]"], line: 4, "bugs belong to simulated stacks"),
    Refusal([4: "device: { bytes: 4MiB, stale-log: 4KiB }"], line: 4, "'stale-log'"),
    Refusal([4: "device: { superblock-interval: 3 }"], line: 4, "'superblock-interval'"),
    Refusal([4: "device: { lying: true }"], line: 4, "'lying'"),
    Refusal([4: "device: { short: [half] }"], line: 4, "'short' lists operations"),
    Refusal(
      [2: "stack: vhdx:exact", 3: "", 4: "device: { short: [1] }"], line: 4,
      "'short' belongs to stacks of programs"),
    Refusal([5: "image: { checkpoint: 3 }"], line: 5, "'checkpoint'"),
    Refusal([5: "image: { ring-start: 4KiB }"], line: 5, "'ring-start'"),
    Refusal([2: "stack: program:qemu-io-qcow2"], line: 5, "'image' belongs to a stack of images"),
    Refusal([8: "  - { task: 0, resize: 2MiB }"], line: 8, "'resize' only where there is one task"),
    Refusal([8: "  - reopen"], line: 8, "cannot be closed and opened again"),
    Refusal([8: "  - { flush: true, number: 256 }"], line: 8, "numbered up to 255"),
    Refusal(
      [10: "schedule: { strategy: dfs }"], line: 10, "the strategy dfs is for simulated stacks"),
    Refusal(
      [6: "workload: dirty-images", 7: "", 8: "", 9: ""], line: 6, "simulated stack of images"),
    Refusal(
      [6: "workload: { sessions: 2, operations: 9 }", 7: "", 8: "", 9: ""], line: 6,
      "cannot be closed"),
    Refusal([6: "workload: { operations: 256 }", 7: "", 8: "", 9: ""], line: 6, "found 256"),
    Refusal(
      [6: "workload: { tasks: 2, mix: { write: 1, resize: 1 } }", 7: "", 8: "", 9: ""], line: 6,
      "'resize'"),
  ]

  @Test(arguments: refusals)
  func whatOnlyASimulationCanDoIsRefused(refusal: Refusal) throws {
    let error = try #require(throws: ScenarioError.self) {
      try Scenario(parsing: Self.text(refusal.changes))
    }
    #expect(error.line == refusal.line, "\(error)")
    #expect("\(error)".contains(refusal.named), "\(error)")
  }

  @Test func oneTaskCanResize() throws {
    let scenario = try Scenario(
      parsing: Self.text([
        2: "stack: program:qemu-io-raw", 5: "", 8: "  - { resize: 2MiB }", 9: "",
      ]))
    #expect(scenario.configuration.clientWorkload(seed: Seed(1))?.operations.count == 3)
  }
}

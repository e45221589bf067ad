import Host
import TestSupport
import Testing

/// `powercut run`: what a scenario's expectation, and a mistake in its file, lead to.
@Suite struct RunCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func expectationTurnedRoundFails() throws {
    let broken = try Repository.text("Scenarios/logger/position-reread.yaml")
    let exact = try Repository.text("Scenarios/logger/position-reread-exact.yaml")
    try OutputFile.write(TurnedScenario.passing(broken), to: folder.path("a.yaml"))
    try OutputFile.write(TurnedScenario.breaking("L03", exact), to: folder.path("b.yaml"))
    let run = try ToolRun(["run", "a.yaml", "b.yaml", "--format", "json"], in: folder.path)
    #expect(run.status == 1)
    let report = try run.json
    #expect(report.bool("passed") == false)
    let failures = try report.list("scenarios").map { $0.text("failure") ?? "none" }
    #expect(failures.count == 2)
    #expect(failures.first?.contains("breaks L03, which the scenario does not expect") == true)
    #expect(failures.last?.contains("breaks L03, which the scenario expects to be broken") == true)
  }

  @Test func failureWithoutAFindingEndsWithItsLineToo() throws {
    let exact = try Repository.text("Scenarios/logger/position-reread-exact.yaml")
    try OutputFile.write(TurnedScenario.breaking("L03", exact), to: folder.path("b.yaml"))
    let run = try ToolRun(["run", folder.path("b.yaml")])
    #expect(run.status == 1)
    #expect(try run.reproduction == "powercut run \(folder.path("b.yaml"))")
  }

  @Test func anyOtherRuleThanTheExpectedOnesFails() throws {
    let broken = try Repository.text("Scenarios/logger/position-reread.yaml")
    try OutputFile.write(TurnedScenario.breaking("L03", broken), to: folder.path("s.yaml"))
    let run = try ToolRun(["run", folder.path("s.yaml")])
    #expect(run.status == 1)
    #expect(run.result.contains("which the scenario does not expect"))
  }

  struct Mistake: CustomTestStringConvertible {
    var line: Int
    var text: String
    var named: [String]
    var testDescription: String { text }
  }

  /// Each replaces the line of the same number in a scenario that is right.
  static let mistakes = [
    Mistake(line: 2, text: "stak: raw:exact", named: ["stak"]),
    Mistake(line: 2, text: "stack: raw:exakt", named: ["raw:exakt", "raw:exact"]),
    Mistake(line: 3, text: "bugs: [logger.nope]", named: ["logger.nope"]),
    Mistake(line: 4, text: "device: { bytes: 4MB, sector: 512 }", named: ["4MB"]),
    Mistake(line: 4, text: "device: { bytes: 4MiB, sectors: 512 }", named: ["sectors"]),
    Mistake(line: 4, text: "device: { bytes: 4MiB, sector: 1000 }", named: ["1000"]),
    Mistake(line: 6, text: "  - { task: 0, write-zeros: [0, 64KiB] }", named: ["write-zeroes"]),
    Mistake(line: 6, text: "  - { task: 0, write-zeroes: [0, 8MiB] }", named: ["8MiB"]),
    Mistake(line: 6, text: "  - { task: 0, write-zeroes: [0, 100] }", named: ["512"]),
    Mistake(line: 8, text: "schedule: { strategy: best, seeds: 1..50 }", named: ["best"]),
    Mistake(line: 8, text: "schedule: { strategy: auto, seeds: 50..1 }", named: ["50..1"]),
    Mistake(line: 9, text: "states: [ripped]", named: ["ripped", "flushed-only", "torn"]),
    Mistake(line: 10, text: "expect: { breaks: L99 }", named: ["L99"]),
    Mistake(line: 10, text: "expect: { break: L03 }", named: ["break"]),
    Mistake(line: 10, text: "expect: fail", named: ["fail", "pass"]),
    Mistake(line: 10, text: "expect: { breaks: L03 }}", named: ["YAML"]),
  ]

  @Test(arguments: mistakes)
  func mistakeIsRefusedWithItsLine(mistake: Mistake) throws {
    var lines = try Repository.text("Scenarios/logger/position-reread.yaml")
      .split(separator: "\n").map(String.init)
    lines[mistake.line - 1] = mistake.text
    try OutputFile.write(lines.joined(separator: "\n"), to: folder.path("s.yaml"))
    let run = try ToolRun(["run", folder.path("s.yaml")])
    #expect(run.status == 2)
    #expect(run.result.isEmpty)
    #expect(run.errors.hasPrefix("powercut: \(folder.path("s.yaml")): "), "\(run.errors)")
    #expect(run.errors.contains("line \(mistake.line)"), "\(run.errors)")
    for name in mistake.named { #expect(run.errors.contains(name), "\(run.errors)") }
  }

  @Test func keyThatStandsTwiceIsRefusedInOneLine() throws {
    let text = try Repository.text("Scenarios/logger/position-reread.yaml")
    try OutputFile.write(text + "stack: raw:exact\n", to: folder.path("s.yaml"))
    let run = try ToolRun(["run", folder.path("s.yaml")])
    #expect(run.status == 2)
    #expect(run.errors.contains("line 2: these keys stand twice in one mapping: stack"))
    #expect(run.errors.split(separator: "\n").count == 1)
  }

  @Test func mistakeInTheLastFileShowsBeforeTheFirstRuns() throws {
    try OutputFile.write(
      Repository.text("Scenarios/logger/position-reread.yaml"), to: folder.path("a.yaml"))
    try OutputFile.write("summary: nothing else", to: folder.path("b.yaml"))
    let run = try ToolRun(["run", folder.path])
    #expect(run.status == 2)
    #expect(run.errors.contains("b.yaml"))
  }

  @Test func defaultFolderIsScenarios() throws {
    try shell("mkdir \(folder.path("Scenarios"))")
    try OutputFile.write(
      Repository.text("Scenarios/logger/position-reread.yaml"),
      to: folder.path("Scenarios/one.yaml"))
    let run = try ToolRun(["run"], in: folder.path)
    #expect(run.status == 0)
    #expect(run.result.contains("pass  Scenarios/one.yaml"))
  }

  /// The order of the report is that of the names, whoever finishes first.
  @Test func filesOfAFolderComeInTheOrderOfTheirNames() throws {
    let text = try Repository.text("Scenarios/logger/position-reread.yaml")
    let names = ["c.yaml", "a.yaml", "b.yaml", "ä.yaml", "B.yaml"]
    for name in names { try OutputFile.write(text, to: folder.path(name)) }
    let run = try ToolRun(["run", folder.path, "--jobs", "4", "--format", "json"])
    let paths = try run.json.list("scenarios").compactMap { $0.text("path") }
    #expect(paths == ["B", "a", "b", "c", "ä"].map { folder.path("\($0).yaml") })
  }
}

import Host
import TestSupport
import Testing

/// The last line of a failure, run as typed, shows the same failure again.
@Suite struct ReproduceTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: LoggerBug.names)
  func fuzzFindingIsFoundAgain(bug: String) throws {
    let first = try ToolRun(
      ["fuzz", "--stack", "raw:exact", "--bug", bug, "--seeds", "1..200"], build: .release)
    #expect(first.status == 1)
    let again = try ToolRun.line(first.reproduction)
    #expect(again.status == 1)
    // Without the lines of the counts and of what no seed had: the first run had gone through others before.
    #expect(Self.findings(again) == Self.findings(first))
    #expect(try again.reproduction == first.reproduction)
  }

  @Test func optionsThatLeadToAFindingAreInItsLine() throws {
    let first = try ToolRun(
      [
        "fuzz", "--stack", "raw:qemu-7.2.0", "--bug", "logger.unit-512", "--seeds", "1..50",
        "--strategy", "pct", "--states", "prefix,random:3", "--jobs", "2",
      ])
    #expect(first.status == 1)
    let line = try first.reproduction
    for words in [
      "--stack raw:qemu-7.2.0", "--bug logger.unit-512", "--strategy pct",
      "--states prefix,random:3",
    ] { #expect(line.contains(words)) }
    let again = try ToolRun.line(line)
    #expect(again.status == 1)
    #expect(Self.findings(again) == Self.findings(first))
  }

  @Test func eachFindingOfALongRunHasItsOwnLine() throws {
    let report = try ToolRun(
      [
        "fuzz", "--stack", "raw:qemu-7.2.22", "--seeds", "1..30", "--keep-going", "--format",
        "json",
      ], build: .release
    ).json
    let findings = try report.list("findings")
    #expect(findings.count >= 2)
    for finding in findings {
      let line = try #require(finding.text("reproduce"))
      let again = try ToolRun.line(line + " --format json")
      #expect(again.status == 1, "\(line)")
      #expect(try again.json.rules.contains(finding.text("rule") ?? ""), "\(line)")
    }
  }

  @Test func scenarioFailureIsFoundAgainAlsoWhereItsPathNeedsQuotes() throws {
    let scenario = try Repository.text("Scenarios/logger/position-reread.yaml")
    let path = folder.path("it's a $scenario.yaml")
    try OutputFile.write(TurnedScenario.passing(scenario), to: path)
    let first = try ToolRun(["run", path])
    #expect(first.status == 1)
    let again = try ToolRun.line(first.reproduction)
    #expect(again.status == 1)
    #expect(Self.findings(again) == Self.findings(first))
  }

  @Test func checkFindingIsFoundAgainWithTheSameOptions() throws {
    let out = folder.path("of a run")
    let fuzz = try ToolRun(
      [
        "fuzz", "--stack", "raw:exact", "--bug", "logger.zeroes-not-written", "--seeds", "5",
        "--output", out,
      ])
    #expect(fuzz.status == 1)
    try shell(
      "head -c 64K /dev/zero > '\(out)/base.raw'; head -c 128K /dev/urandom > '\(out)/live'")
    let first = try ToolRun(
      [
        "check", try FoundRecording.unshrunk(in: out) + "/writes.log", "--image-size", "128KiB",
        "--base",
        "\(out)/base.raw", "--live", "\(out)/live", "--states", "prefix,keep:1", "--seed", "9",
        "--use-tail", "--log-sector-size", "512",
      ])
    #expect(first.status == 1)
    let line = try first.reproduction
    for words in [
      "--image-size 131072", "--base '", "--live '", "--states prefix,keep:1", "--seed 9",
      "--use-tail", "--log-sector-size 512",
    ] { #expect(line.contains(words), "\(line)") }
    let again = try ToolRun.line(line)
    #expect(again.status == 1)
    #expect(Self.findings(again) == Self.findings(first))
  }

  /// The blocks of the findings: all between the first line and the line of the counts.
  private static func findings(_ run: ToolRun) -> [Substring] {
    run.result.split(separator: "\n").dropFirst().filter {
      !$0.hasPrefix("FAILED, ") && !$0.hasPrefix("FAIL  ") && !$0.hasPrefix("not judged: ")
    }
  }
}

/// Scenario files with another expectation.
enum TurnedScenario {
  static func passing(_ text: String) -> String { replacingExpectation(of: text, by: "pass") }

  static func breaking(_ rule: String, _ text: String) -> String {
    replacingExpectation(of: text, by: "{ breaks: \(rule) }")
  }

  private static func replacingExpectation(of text: String, by expectation: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.hasPrefix("expect:") ? "expect: \(expectation)" : String($0) }
      .joined(separator: "\n")
  }
}

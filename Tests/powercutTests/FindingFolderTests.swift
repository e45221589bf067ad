import Host
import TestSupport
import Testing

/// What `fuzz --output` leaves for the person who looks into a finding.
@Suite struct FindingFolderTests {
  private let folder: TemporaryFolder
  private var out: String { folder.path("out") }

  init() throws { folder = try TemporaryFolder() }

  @Test func findingHasARecordingItsReportAndItsManifest() throws {
    let fuzz = try fuzz("logger.position-reread", seeds: "11")
    let found = try fuzz.json
    let rules = try found.rules
    #expect(try Folders.names(in: out).sorted() == rules.map { "\($0)-seed-11" }.sorted())
    for rule in rules {
      let path = "\(out)/\(rule)-seed-11"
      #expect(
        try Folders.names(in: path).sorted()
          == ["README", "finding.json", "live.img", "manifest.json", "writes.log"])
      let finding = try JSON(parsing: InputFile.text("\(path)/finding.json"))
      #expect(try finding.rules == [rule])
      let text = try InputFile.text("\(path)/README")
      #expect(text.contains("FAIL \(rule)"))
      #expect(
        text.hasSuffix(
          "reproduce: \(try #require(finding.list("findings").first?.text("reproduce")))\n"))
    }
    let manifest = try JSON(parsing: InputFile.text("\(out)/L03-seed-11/manifest.json"))
    #expect(manifest.number("schemaVersion") == 1)
    #expect(manifest.text("stack") == "raw:exact")
    #expect(manifest.text("seed") == "0xb")
    #expect(manifest.keys["bugs"] as? [String] == ["logger.position-reread"])
  }

  /// A finished log does not show everything: what it cannot show is said, so that a recording that
  /// passes is no riddle.
  @Test(arguments: LoggerBug.names)
  func checkBreaksTheRuleAgainOrSaysWhatItCannotJudge(bug: String) throws {
    let fuzz = try fuzz(bug, seeds: "1..50")
    #expect(fuzz.status == 1)
    for rule in try fuzz.json.rules {
      let name = try #require(Folders.names(in: out).first { $0.hasPrefix(rule) })
      let run = try ToolRun(["check", "\(out)/\(name)", "--format", "json"], build: .release)
      #expect(run.errors.isEmpty)
      let report = try run.json
      let rules = try report.rules
      #expect(run.status == (rules.isEmpty ? 0 : 1))
      if !rules.isEmpty { continue }
      let unjudged = try report.list("unjudgedRules")
      for item in unjudged { #expect(item.text("reason")?.isEmpty == false) }
      let notes = try #require(report.keys["notes"] as? [String])
      #expect(
        unjudged.contains { $0.text("rule") == rule }
          || notes.contains { $0.contains("(\(rule))") && $0.contains("simulated run only") },
        "\(rule) of \(bug) shows nowhere")
    }
  }

  @Test func logOfALiveFindingIsReplayedAndInspected() throws {
    #expect(try fuzz("logger.fua-unmarked", seeds: "1").status == 1)
    let path = "\(out)/L07-seed-1"
    let inspect = try ToolRun(["inspect", path])
    #expect(inspect.status == 0)
    #expect(inspect.result.hasPrefix("\(path)/writes.log: dm-log-writes log, "))
    let digests = try ToolRun(["replay", path, "--digests"])
    #expect(digests.status == 0)
    let count = try ToolRun(["inspect", path, "--format", "json"]).json.number("entryCount") ?? 0
    #expect(digests.result.split(separator: "\n").count == count + 1)
  }

  @Test func secondRunWritesOverTheFirst() throws {
    let first = try fuzz("logger.position-reread", seeds: "11")
    let log = try InputFile.bytes("\(out)/L03-seed-11/writes.log")
    #expect(try fuzz("logger.position-reread", seeds: "11").status == first.status)
    #expect(try InputFile.bytes("\(out)/L03-seed-11/writes.log") == log)
  }

  @Test func passingRunLeavesAnEmptyFolder() throws {
    let run = try ToolRun(
      ["fuzz", "--stack", "raw:exact", "--seeds", "1..3", "--output", "\(out)/a/b"])
    #expect(run.status == 0)
    #expect(try Folders.names(in: "\(out)/a/b").isEmpty)
  }

  @Test(arguments: ["{}", "{", "[]", "{\"schemaVersion\":2}", ""])
  func damagedManifestIsRefused(text: String) throws {
    _ = try fuzz("logger.position-reread", seeds: "11")
    try OutputFile.write(text, to: "\(out)/L03-seed-11/manifest.json")
    let run = try ToolRun(["check", "\(out)/L03-seed-11"])
    #expect(run.status == 2)
    #expect(run.errors.contains("manifest.json"))
  }

  private func fuzz(_ bug: String, seeds: String) throws -> ToolRun {
    try ToolRun(
      [
        "fuzz", "--stack", "raw:exact", "--bug", bug, "--seeds", seeds, "--output", out,
        "--format", "json",
      ], build: .release)
  }
}

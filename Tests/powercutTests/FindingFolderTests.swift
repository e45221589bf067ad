import Host
import TestSupport
import Testing

/// What `fuzz --output` leaves for the person who looks into a finding.
@Suite struct FindingFolderTests {
  private let folder: TemporaryFolder
  private var out: String { folder.path("out") }

  init() throws { folder = try TemporaryFolder() }

  @Test func findingHasItsPageItsScenariosAndItsRecording() throws {
    let report = try fuzz("logger.position-reread", seeds: "1..50").json
    let group = try #require(report.list("groups").first)
    let name = try #require(group.text("name"))
    #expect(name.hasPrefix("L03-ChainTraceJudge-"))
    // One cause is one folder, whatever else it breaks.
    #expect(try Folders.names(in: out) == [name, "ledger"])
    let path = "\(out)/\(name)"
    #expect(
      try Folders.names(in: path).sorted()
        == [
          "README", "check.sh", "finding.json", "live.img", "manifest.json", "picture.svg",
          "scenario.yaml",
          "token", "unshrunk", "unshrunk.yaml", "writes.log",
        ])
    #expect(
      try Folders.names(in: "\(path)/unshrunk").sorted()
        == ["live.img", "manifest.json", "writes.log"])
    #expect(try InputFile.text("\(path)/scenario.yaml") == group.text("scenario"))
    let finding = try JSON(parsing: InputFile.text("\(path)/finding.json"))
    #expect(try finding.rules == ["L03"])
    let text = try InputFile.text("\(path)/README")
    #expect(text.contains("FAIL L03"))
    #expect(text.contains("\nminimized 2 operations, "))
    #expect(text.hasSuffix("reproduce: powercut replay-run \(path)/scenario.yaml\n"))
    let manifest = try JSON(parsing: InputFile.text("\(path)/manifest.json"))
    #expect(manifest.number("schemaVersion") == 1)
    #expect(manifest.text("stack") == "raw:exact")
    #expect(manifest.keys["bugs"] as? [String] == ["logger.position-reread"])
  }

  /// Killed before it was made smaller: the next campaign carries on with it, whatever its own seeds find.
  @Test(arguments: [
    "cat '$out'/ledger/* 2>/dev/null | grep -q filed", "ls '$out' 2>/dev/null | grep -q ^unshrunk",
  ])
  func whatAKilledCampaignFoundIsNotForgotten(moment: String) throws {
    let campaign =
      "powercut fuzz --stack raw:exact --bug logger.unit-512 --output '\(out)' --shrink-limit 5s"
    _ = try ToolRun.line(
      """
      \(campaign) --seeds 1..100000000 --keep-going > '\(folder.path("said"))' & pid=$!
      for i in $(seq 1000); do \(moment.replacing("$out", with: out)) && break; sleep 0.005; done
      kill -9 $pid
      """, build: .release)
    try #require(try Folders.names(in: out).contains { $0 != "ledger" })
    // Without the bug's --bug it is another target's.
    #expect(
      try ToolRun(["fuzz", "--stack", "raw:exact", "--output", out, "--seeds", "1..3"]).status == 0)
    // Seed 3 by itself breaks nothing.
    let next = try ToolRun.line("\(campaign) --seeds 3 --format json", build: .release)
    #expect(next.status == 1, "\(next.result) \(next.errors)")
    // What was appended is gone: worse than that entries share bytes.
    #expect(try next.json.rules.first == "L11")
    // The same seeds once more: now all of it is made smaller.
    let again = try ToolRun.line("\(campaign) --seeds 1..9 --keep-going", build: .release)
    #expect(again.status == 1)
    #expect(try Folders.names(in: out).contains { $0.hasPrefix("L11-") })
  }

  /// In processes of their own, both the run as it was found and what is left of it.
  @Test func bothScenariosBreakTheRuleAgain() throws {
    _ = try fuzz("logger.position-after-write", seeds: "1..50")
    let run = try ToolRun(["run", out, "--format", "json"])
    #expect(run.status == 0)
    #expect(try run.json.keys["passed"] as? Bool == true)
    #expect(try run.json.list("scenarios").count == 2)
  }

  /// What the page says makes the images.
  @Test func thePagesCommandsMakeTheImages() throws {
    let arguments = ["fuzz", "--stack", "vhdx:exact", "--bug", "writer.trailing-read"]
    _ = try ToolRun(arguments + ["--seeds", "1..50", "--output", out], build: .release)
    let name = try #require(Folders.names(in: out).first)
    let page = try InputFile.text("\(out)/\(name)/README")
    let start = try #require(page.range(of: "the disk after the cut: powercut ")?.upperBound)
    let line = page[start...].prefix { $0 != "\n" }
    let words = line.split(separator: "'")
    let state = String(words[1])
    let image = folder.path("crash.vhdx")
    let replay = try ToolRun(
      ["replay", "\(out)/\(name)", "--state", state, "--output", image])
    #expect(replay.status == 0)
    let recover = try ToolRun(["recover", image, "--output", folder.path("recovered.vhdx")])
    #expect([0, 1].contains(recover.status))
  }

  @Test func knownFindingsAreTriedFirst() throws {
    _ = try fuzz("logger.position-reread", seeds: "1..50")
    let name = try #require(Folders.names(in: out).first)
    let again = try fuzz("logger.position-reread", seeds: "1..50").json
    let notes = try #require(again.keys["notes"] as? [String])
    #expect(notes.contains("known and still there: \(out)/\(name)/scenario.yaml"))
    let finding = try #require(again.list("findings").first)
    #expect(finding.text("rule") == "L03")
    #expect(finding.text("reproduce") == "powercut replay-run \(out)/\(name)/scenario.yaml")
    // Found before the first seed, which was not needed.
    #expect(try again.object("counts").number("runs") == 0)
  }

  @Test func whatWasMendedIsSaidToBeGone() throws {
    _ = try fuzz("logger.position-reread", seeds: "1..50")
    let name = try #require(Folders.names(in: out).first)
    let path = "\(out)/\(name)/scenario.yaml"
    let mended = try InputFile.text(path).split(separator: "\n").filter { !$0.hasPrefix("bugs:") }
    try OutputFile.write(mended.joined(separator: "\n") + "\n", to: path)
    let run = try ToolRun(
      ["fuzz", "--stack", "raw:exact", "--seeds", "1..3", "--output", out, "--format", "json"])
    #expect(run.status == 0)
    #expect(try run.json.keys["notes"] as? [String] == ["known and gone: \(path)"])
    #expect(try run.json.object("counts").number("runs") == 3)
  }

  @Test func aFindingIsMadeSmallerAgain() throws {
    _ = try fuzz("logger.flush-covers-later", seeds: "1..50")
    let name = try #require(Folders.names(in: out).first)
    let before = try InputFile.text("\(out)/\(name)/scenario.yaml")
    Folders.remove("\(out)/\(name)/scenario.yaml")
    let run = try ToolRun(["shrink", "\(out)/\(name)"], build: .release)
    #expect(run.status == 1)
    #expect(run.errors.isEmpty)
    #expect(run.result.contains("MINIMIZED"))
    #expect(try InputFile.text("\(out)/\(name)/scenario.yaml") == before)
  }

  @Test(arguments: [
    ("expect: pass\n", "expects nothing to be broken"),
    ("expect: { breaks: L03 }\n", "no seed of 1 breaks L03 now"),
  ])
  func whatIsNoFindingIsNotMadeSmaller(expectation: String, message: String) throws {
    let path = folder.path("scenario.yaml")
    try OutputFile.write(
      "summary: S.\nstack: raw:exact\nworkload: [{ task: 0, flush: true }]\n" + expectation,
      to: path)
    let run = try ToolRun(["shrink", path])
    #expect(run.status == 2)
    #expect(run.errors.contains(message))
    #expect(run.errors.contains(path))
  }

  /// A finished log does not show everything: what it cannot show is said, so that a recording that
  /// passes is no riddle.
  @Test(arguments: LoggerBug.names)
  func checkBreaksTheRuleAgainOrSaysWhatItCannotJudge(bug: String) throws {
    let fuzz = try fuzz(bug, seeds: "1..50")
    #expect(fuzz.status == 1)
    for group in try fuzz.json.list("groups") {
      let rule = try #require(group.text("rule"))
      let name = try #require(group.text("name"))
      let run = try ToolRun(
        ["check", "\(out)/\(name)/unshrunk", "--format", "json"], build: .release)
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

  @Test func logOfAFindingIsReplayedAndInspected() throws {
    #expect(try fuzz("logger.fua-unmarked", seeds: "1..50").status == 1)
    let path = "\(out)/\(try #require(Folders.names(in: out).first))"
    let inspect = try ToolRun(["inspect", path])
    #expect(inspect.status == 0)
    #expect(inspect.result.hasPrefix("\(path)/writes.log: dm-log-writes log, "))
    let digests = try ToolRun(["replay", path, "--digests"])
    #expect(digests.status == 0)
    let count = try ToolRun(["inspect", path, "--format", "json"]).json.number("entryCount") ?? 0
    #expect(digests.result.split(separator: "\n").count == count + 1)
  }

  @Test func passingRunLeavesAnEmptyFolder() throws {
    let run = try ToolRun(
      ["fuzz", "--stack", "raw:exact", "--seeds", "1..3", "--output", "\(out)/a/b"])
    #expect(run.status == 0)
    #expect(try Folders.names(in: "\(out)/a/b") == ["ledger"])
  }

  @Test(arguments: ["{}", "{", "[]", "{\"schemaVersion\":2}", ""])
  func damagedManifestIsRefused(text: String) throws {
    _ = try fuzz("logger.fua-unmarked", seeds: "1..50")
    let path = "\(out)/\(try #require(Folders.names(in: out).first))"
    try OutputFile.write(text, to: "\(path)/manifest.json")
    let run = try ToolRun(["check", path])
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

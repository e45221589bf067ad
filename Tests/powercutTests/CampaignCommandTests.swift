import Foundation
import Host
import TestSupport
import Testing

/// `campaign`, `report` and `merge` as people use them.
@Suite struct CampaignCommandTests {
  private let runs: CampaignRuns

  init() throws { runs = try CampaignRuns() }

  private func campaign(_ bugs: String, _ more: String = "") -> String {
    """
    campaign: nights
    targets:
      - { stack: "raw:exact", bugs: [\(bugs)], seeds: 1..60 }
    \(more)
    """
  }

  /// A night, the same again, with another bug, without the first one.
  @Test func nightsSayWhatIsNewKnownAndGone() throws {
    let covers = "logger.flush-covers-later"
    let first = try runs.run(try runs.file(campaign(covers)), "out")
    #expect(first.status == 1)
    #expect(first.result.contains("\nNEW L09 "), "\(first.result)\(first.errors)")
    #expect(first.result.contains("\nFAILED: 1 new, 0 known, 0 gone, 60 seeds, "))
    let second = try runs.run(try runs.file(campaign(covers)), "out")
    #expect(second.status == 0, "\(second.result)")
    #expect(second.result.contains("\npassed: 0 new, 1 known, 0 gone, "))
    let failing = try ToolRun(["report", runs.path("out"), "--fail-on", "any"])
    #expect(failing.status == 1)
    let third = try runs.run(try runs.file(campaign("\(covers), logger.count-not-at-close")), "out")
    #expect(third.status == 1)
    #expect(third.result.contains("\nNEW L12 "))
    #expect(third.result.contains("FAILED: 1 new, 1 known, 0 gone, "), "\(third.result)")
    let fourth = try runs.run(try runs.file(campaign("logger.count-not-at-close")), "out")
    #expect(fourth.status == 0)
    #expect(fourth.result.contains("\ngone   L09-"))
    #expect(fourth.result.contains("passed: 0 new, 1 known, 1 gone, "), "\(fourth.result)")
    let json = try ToolRun(["report", runs.path("out"), "--format", "json"]).json
    #expect(try json.list("trend").map { $0.number("new") } == [1, 0, 1, 0])
    #expect(try json.list("trend").map { $0.number("gone") } == [0, 0, 0, 1])
    // An earlier night still says what it said.
    #expect(try ToolRun(["report", runs.path("out"), "--night", "1"]).status == 1)
    #expect(try ToolRun(["report", runs.path("out"), "--night", "5"]).status == 2)
  }

  /// The reason stands in the file or beside the finding.
  @Test func anAcceptedFindingIsToldWithItsReasonAndPasses() throws {
    let covers = "logger.flush-covers-later"
    let first = try runs.run(try runs.file(campaign(covers)), "out", "--format", "json").json
    let name = try #require(first.list("findings").first?.text("name"))
    try OutputFile.write(
      "the logger is ours\nand more\n", to: runs.path("out/raw-exact/\(name)/accepted.txt"))
    let beside = try runs.run(
      try runs.file(campaign(covers, "accept: [\(name)]")), "out", "--fail-on", "new")
    #expect(beside.status == 0)
    #expect(beside.result.contains("(accepted: the logger is ours)"), "\(beside.result)")
    let inFile = try runs.run(
      try runs.file(campaign(covers, "accept: { \(name): \"issue 12\" }")), "out")
    #expect(inFile.result.contains("(accepted: issue 12)"), "\(inFile.result)")
  }

  /// What stands in docs/schemas is so: of files, of what is printed, and of what is kept.
  @Test func documentsAreAsTheirSchemasSay() throws {
    let covers = "logger.flush-covers-later"
    var documents: [SchemaPeer.Document] = []
    for (index, text) in [
      campaign(covers, "canary: logger.count-early"), campaign(covers, "accept: [x]"),
      campaign("logger.count-not-at-close", "accept: { x: because }"),
      CampaignRuns.threeKinds,
    ].enumerated() {
      let file = try runs.file(text)
      let run = try runs.run(file, index == 3 ? "three" : "out", "--format", "json")
      let (kept, printed) = (runs.path("\(index).yaml"), runs.path("\(index).json"))
      try OutputFile.write(text + "\n", to: kept)
      try OutputFile.write(run.result, to: printed)
      documents += [("campaign-file", kept), ("campaign", printed)]
    }
    let findings = try Folders.files(below: runs.path("out"), suffix: "finding.json")
    #expect(findings.count > 1)
    documents += findings.map { ("report", $0) }
    documents.append(("campaign-file", Repository.path("Reports/qemu-formats/campaign.yaml")))
    let faults = try SchemaPeer.faults(documents)
    #expect(faults.allSatisfy { $0 == nil }, "\(faults)")
  }

  @Test func everyFormSaysTheSame() throws {
    let file = try runs.file(campaign("logger.flush-covers-later", "canary: logger.count-early"))
    #expect(try runs.run(file, "out").status == 1)
    func report(_ form: String) throws -> ToolRun {
      try ToolRun(["report", runs.path("out"), "--format", form])
    }
    let json = try report("json")
    let finding = try #require(try json.json.list("findings").first)
    #expect(finding.text("status") == "new" && finding.bool("fails") == true)
    #expect(try json.json.object("canary").bool("found") == true)
    let reproduction = try #require(finding.text("reproduce"))
    #expect(try ToolRun.line(reproduction).status == 1)
    let junit = try report("junit")
    #expect(junit.result.contains("failures=\"1\" errors=\"0\""))
    let github = try report("github")
    #expect(github.result.hasPrefix("::error title=powercut campaign%3A raw%3Aexact L09-"))
    for run in [json, junit, github] { #expect(run.status == 1) }
  }

  /// The time is kept, minimizing included, and the next start of another night goes on behind the last seed.
  @Test func aNightEndsWithItsTimeAndTheNextOneGoesOn() throws {
    let file = try runs.file(
      "campaign: c\ntargets: [{ stack: \"vhdx:exact\", bugs: [writer.publish-before-log] }]")
    func night() throws -> JSON {
      try runs.run(file, "out", "--duration", "3s", "--format", "json").json
    }
    let start = MonotonicClock.nanoseconds
    let first = try #require(try night().list("targets").first)
    #expect(MonotonicClock.nanoseconds - start < 30_000_000_000)
    let second = try #require(try night().list("targets").first)
    let last = try #require(first.text("lastSeed").flatMap { Int($0) })
    #expect(first.text("firstSeed") == "1")
    #expect(second.text("firstSeed") == "\(last + 1)")
  }

  /// What cannot be carried out costs the others nothing, and is no pass.
  @Test func aTargetThatCannotBeCarriedOutIsSaid() throws {
    let file = try runs.file(
      """
      campaign: c
      targets:
        - { stack: "raw:exact", seeds: 1..5 }
        - { stack: "program:qemu-io-raw", program: /no/such/program, seeds: 1..5 }
      """)
    let run = try runs.run(file, "out")
    #expect(run.status == 2)
    #expect(run.result.contains("\nincomplete: program:qemu-io-raw: "), "\(run.result)")
    #expect(run.result.contains("raw:exact "))
    let refused = try ToolRun(["campaign", file, "--output", runs.path("other")])
    #expect(refused.status == 2)
    #expect(refused.result.contains("Add --allow-exec"))
  }

  @Test func aCanaryThatIsNotFoundFailsTheNight() throws {
    // What is planted is found by rules that no seed of so small a stack misses: so the ledger is changed by hand.
    let file = try runs.file(
      "campaign: c\ntargets: [{ stack: \"raw:exact\", seeds: 1..5 }]\ncanary: logger.count-early")
    #expect(try runs.run(file, "out").status == 0)
    let name = try #require(Folders.names(in: runs.path("out/ledger")).first)
    let path = runs.path("out/ledger/\(name)")
    let text = try InputFile.text(path).split(separator: "\n").map { line -> String in
      line.contains("\"canary\",\"seed\"")
        ? String(line).replacing("\"seed\":\"1\",", with: "") : String(line)
    }
    try OutputFile.write(text.joined(separator: "\n") + "\n", to: path)
    let report = try ToolRun(["report", runs.path("out")])
    #expect(report.status == 1)
    #expect(report.result.contains("NOT FOUND"), "\(report.result)")
  }

  @Test func aSignalEndsItWithinTwoSecondsAndTheNightGoesOn() throws {
    let file = try runs.file(
      "campaign: c\ntargets: [{ stack: \"vhdx:exact\", bugs: [writer.publish-before-log], seeds: 1..100000 }]"
    )
    let run = try ToolRun.line(
      """
      powercut campaign '\(file)' --output '\(runs.path("out"))' > '\(runs.path("said"))' & pid=$!
      sleep 3; kill -TERM $pid; SECONDS=0; wait $pid; echo "$? $((SECONDS <= 2))"
      """, build: .release)
    // 130, or 1 where a finding was made by then.
    #expect(["130 1\n", "1 1\n"].contains(run.result), "\(run.result)")
    let said = try InputFile.text(runs.path("said"))
    #expect(said.contains("night 1"))
    let report = try ToolRun(["report", runs.path("out"), "--format", "json"]).json
    #expect(report.number("night") == 1)
    #expect(
      try #require(report.keys["reasons"] as? [String]).contains {
        $0.contains("a signal ended it")
      })
  }

  @Test(.enabled(if: SmallDisk.isPossible, "mounting a small disk needs root"))
  func aFullDiskEndsItAndTheNextStartGoesOn() throws {
    let file = try runs.file(CampaignRuns.threeKinds)
    #expect(try runs.run(file, "whole").status == 1)
    let disk = try SmallDisk(byteCount: 256 << 10)
    let full = try ToolRun(
      ["campaign", file, "--output", disk.path("out"), "--allow-exec"], build: .release)
    #expect(full.status == 2)
    #expect(full.errors.contains("No space left on device"), "\(full.errors)")
    #expect(full.result.contains("night 1"))
    try shell("mount -o remount,size=64m \(disk.folder.path)")
    #expect(
      try ToolRun(
        ["campaign", file, "--output", disk.path("out"), "--allow-exec"], build: .release
      ).status == 1)
    try shell("cp -a \(disk.path("out")) \(runs.path("full"))")
    #expect(try runs.report("full") == runs.report("whole"))
  }

  @Test(arguments: [
    (["campaign", "no.yaml", "--output", "o"], "no.yaml"),
    (["report", "o"], "expected the folder of 'powercut campaign'"),
    (["merge", "o", "--output", "p"], "expected the folder of 'powercut campaign'"),
  ])
  func whatIsNotThereIsNamed(arguments: [String], message: String) throws {
    let run = try ToolRun(arguments, in: runs.folder.path)
    #expect(run.status == 2)
    #expect(run.errors.contains(message), "\(run.errors)")
  }

  @Test func anEndlessNightIsRefused() throws {
    let file = try runs.file("campaign: c\ntargets: [{ stack: \"raw:exact\" }]")
    let run = try runs.run(file, "out")
    #expect(run.status == 2)
    #expect(run.errors.contains("Give --duration 8h"))
  }

  @Test func aLedgerThatCannotBeReadCountsNothing() throws {
    let file = try runs.file("campaign: c\ntargets: [{ stack: \"raw:exact\", seeds: 1..5 }]")
    #expect(try runs.run(file, "out").status == 0)
    try OutputFile.write("{}\n", to: runs.path("out/ledger/other.jsonl"))
    for run in [try ToolRun(["report", runs.path("out")]), try runs.run(file, "out")] {
      #expect(run.status == 2)
      #expect(
        run.errors.contains("other.jsonl, line 1: expected a line that a campaign has written"))
    }
  }

  @Test func eventsAreTheLedgersLines() throws {
    let file = try runs.file("campaign: c\ntargets: [{ stack: \"raw:exact\", seeds: 1..5 }]")
    let run = try runs.run(file, "out", "--events", runs.path("events"))
    #expect(run.status == 0)
    let name = try #require(Folders.names(in: runs.path("out/ledger")).first)
    #expect(
      try InputFile.text(runs.path("events")) == InputFile.text(runs.path("out/ledger/\(name)")))
  }
}

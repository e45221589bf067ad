import Host
import TestSupport
import Testing

/// `powercut replay-run`: the three answers and their exit statuses, from each place that a run can be
/// named in.
@Suite struct ReplayRunCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The token of a finding as a campaign reports it, and the report's block of it.
  private func token(_ arguments: [String]) throws -> String {
    let report = try ToolRun(["fuzz"] + arguments + ["--format", "json"], build: .release)
    #expect(report.status == 1)
    let finding = try #require(report.json.list("findings").first)
    return try #require(finding.text("token"))
  }

  private func race() throws -> String {
    try token(["--stack", "raw:exact", "--bug", "logger.position-reread"])
  }

  @Test(arguments: [
    ["--stack", "raw:exact", "--bug", "logger.fua-unmarked"],
    ["--stack", "vhdx:qemu-7.2.22", "--seeds", "1..40", "--ignore", "D10,H15,R02,R05,R06,S05"],
    ["--stack", "vhdx:exact", "--bug", "recovery.growth-overflow", "--workload", "dirty-images"],
    ["--stack", "raw:exact", "--bug", "logger.count-early", "--states", "all", "--seeds", "1..40"],
    [
      "--stack", "raw:exact", "--bug", "logger.position-reread", "--strategy", "dfs",
      "--preemptions", "1",
    ],
  ])
  func aFindingIsReproducedByItsToken(arguments: [String]) throws {
    let token = try token(arguments)
    let run = try ToolRun(["replay-run", token], build: .release)
    #expect(run.status == 1, "\(run.errors)")
    #expect(run.result.contains("\nREPRODUCED: "))
    // Another build gives the same report, and so does the command that the report ends with.
    let again = try ToolRun.line(run.reproduction)
    #expect(again.status == 1)
    #expect(Self.withoutTime(again) == Self.withoutTime(run))
  }

  /// The run of a token as a picture, and a word where there is none to be drawn.
  @Test func theRunIsDrawn() throws {
    let picture = folder.path("run.svg")
    let run = try ToolRun(["replay-run", try race(), "--picture", picture])
    #expect(run.status == 1)
    try Peer(program: "xmllint", package: "libxml2-utils").run(["--noout", picture])
    let text = try InputFile.text(picture)
    #expect(text.contains("log: entry ") && text.contains(">task "))
    let images = try token([
      "--stack", "vhdx:exact", "--bug", "recovery.read-only-writes", "--workload", "dirty-images",
    ])
    let refused = try ToolRun(["replay-run", images, "--picture", folder.path("none.svg")])
    #expect(refused.status == 2, "\(refused.result)")
    #expect(refused.errors.contains("--picture shows operations on one device"))
    #expect(!Folders.exists(folder.path("none.svg")))
  }

  @Test func aTokenIsReadFromFilesAndFromStdin() throws {
    let token = try race()
    let path = folder.path("a token")
    try OutputFile.write("\n  \(token)\n\n", to: path)
    let named = try ToolRun(["replay-run", path])
    #expect(named.status == 1)
    #expect(try named.reproduction == "powercut replay-run '\(path)'")
    let piped = try ToolRun.line("powercut replay-run - < '\(path)'")
    #expect(piped.status == 1)
    #expect(try piped.reproduction == "powercut replay-run \(token)")
    try OutputFile.write("\(token)\n\(token)\n", to: path)
    let two = try ToolRun(["replay-run", path])
    #expect(two.status == 2)
    #expect(two.errors.contains("behind the token"))
  }

  @Test func theSeedTokenReproducesToo() throws {
    let report = try ToolRun(
      ["fuzz", "--stack", "raw:exact", "--bug", "logger.position-reread", "--format", "json"],
      build: .release
    ).json
    let finding = try #require(report.list("findings").first)
    let token = try #require(finding.text("seedToken"))
    #expect(token.utf8.count < 250)
    let run = try ToolRun(["replay-run", token])
    #expect(run.status == 1)
    #expect(
      run.result.contains("\nREPRODUCED: the seed gives the same run, and L03 is broken again"))
  }

  /// A token may be longer than an argument can be.
  @Test func aLongTokenIsReadFromItsFile() throws {
    let scenario = try Repository.text("Scenarios/logger/position-reread.yaml")
      .replacing(
        "{ strategy: auto, seeds: 1..50 }",
        with: "\n  choices: " + (0..<100_000).map { "0/\(2 + $0 % 2)" }.joined(separator: ","))
    try OutputFile.write(scenario, to: folder.path("scenario"))
    let path = folder.path("token")
    try shell(
      """
      cd '\(folder.path("."))'
      { printf pc2:tool=0.1.0,text=; base64 -w0 scenario | tr +/ -_ | tr -d =; } > token
      check=$(xxhsum -H3 token | grep -o '[0-9a-f]\\{16\\}')
      printf ,check=%s $check >> token
      """)
    #expect(try InputFile.bytes(path).count > 500_000)
    for subject in [path, "-"] {
      let run = try ToolRun.line("powercut replay-run \(subject) < '\(path)'")
      #expect(run.status == 2)
      #expect(run.result.contains("\nDIVERGED at step "), "\(run.errors)")
      #expect(try run.reproduction == "powercut replay-run \(subject)")
    }
  }

  @Test func aFindingsFolderIsReproduced() throws {
    let out = folder.path("out")
    let fuzz = try ToolRun(
      [
        "fuzz", "--stack", "raw:exact", "--bug", "logger.count-early", "--output", out, "--format",
        "json",
      ], build: .release)
    #expect(fuzz.status == 1)
    let found = try #require(fuzz.json.list("findings").first?.text("token"))
    let kept = try #require(try shell("ls -d '\(out)'/L*/").split(separator: "\n").first)
    #expect(try InputFile.text("\(kept)token") == found + "\n")
    for path in ["\(kept)", "\(kept)scenario.yaml", "\(kept)token", "\(kept)unshrunk.yaml"] {
      let run = try ToolRun(["replay-run", path], build: .release)
      #expect(run.status == 1, "\(path) \(run.errors)")
      #expect(run.result.contains("\nREPRODUCED: "))
      #expect(try ToolRun.line(run.reproduction).status == 1)
    }
  }

  /// docs/tokens.md shows a token of today: `powercut fuzz --stack raw:exact --bug logger.count-early
  /// --states prefix --format json` prints a new one.
  @Test func theTokenOfTheDocumentReproduces() throws {
    let page = try Repository.text("docs/tokens.md")
    let token = try #require(page.split(separator: "\n").first { $0.hasPrefix("pc2:") })
    let run = try ToolRun(["replay-run", String(token)])
    #expect(run.status == 1)
    #expect(run.result.contains("\nREPRODUCED: "), "\(run.result)")
  }

  @Test func aScenarioThatIsMendedIsFixed() throws {
    let scenario = try Repository.text("Scenarios/logger/position-reread.yaml")
    let path = folder.path("mended.yaml")
    try OutputFile.write(scenario.replacing("bugs: [logger.position-reread]\n", with: ""), to: path)
    let run = try ToolRun(["replay-run", path])
    #expect(run.status == 0, "\(run.result)")
    #expect(run.result.contains("\nFIXED: the scenario was carried out, and L03 holds\n"))
    #expect(run.result.contains("\npassed: 50 runs"))
  }

  @Test func anotherRunIsDivergedAndSaysWhere() throws {
    let scenario = try Repository.text("Scenarios/logger/position-reread.yaml")
    let path = folder.path("diverged.yaml")
    try OutputFile.write(
      scenario.replacing("{ strategy: auto, seeds: 1..50 }", with: "{ choices: 2/3 }"), to: path)
    let run = try ToolRun(["replay-run", path])
    #expect(run.status == 2)
    #expect(run.result.contains("\nDIVERGED at step 0: expected one of 3, found 2 pending; L03 is"))
    #expect(try run.reproduction == "powercut replay-run \(path)")
    let json = try ToolRun(["replay-run", path, "--format", "json"])
    #expect(json.status == 2)
    let replay = try json.json.object("replay")
    #expect(replay.text("verdict") == "DIVERGED")
    #expect(try json.json.bool("passed") == false)
    #expect(try json.json.text("command") == "replay-run")
    let junit = try ToolRun(["replay-run", path, "--format", "junit"])
    #expect(junit.status == 2)
    #expect(junit.result.contains("message=\"could not finish: DIVERGED at step"))
  }

  @Test func whatCannotBeReadIsTwoWithAReason() throws {
    let token = try race()
    let passing = Repository.path("Scenarios/logger/position-reread-exact.yaml")
    for (subject, word) in [
      (String(token.dropLast(4)), "cut off"), (token.replacing("L03", with: "L04"), "checksum"),
      ("pc1:17:0/3", "format 1"), (folder.path("none"), "none"), (passing, "powercut run"),
      (folder.path("."), "scenario.yaml"),
    ] {
      let run = try ToolRun(["replay-run", subject])
      #expect(run.status == 2, "\(subject)")
      #expect(run.errors.contains(word), "\(run.errors)")
      #expect(run.result.isEmpty)
    }
    #expect(try ToolRun(["replay-run"]).status == 64)
  }

  @Test func verifyingDeterminismPassesAndFindsTheSame() throws {
    let arguments = ["fuzz", "--stack", "vhdx:qemu-7.2.22", "--seeds", "1..6", "--keep-going"]
    let once = try ToolRun(arguments, build: .release)
    let twice = try ToolRun(arguments + ["--verify-determinism"], build: .release)
    #expect(twice.status == 1)
    #expect(Self.withoutTime(twice) == Self.withoutTime(once))
    let passed = try ToolRun(
      [
        "fuzz", "--stack", "vhdx:exact", "--workload", "dirty-images", "--seeds", "1..20",
        "--verify-determinism",
      ], build: .release)
    #expect(passed.status == 0)
  }

  /// A report without the line that has its time in it.
  private static func withoutTime(_ run: ToolRun) -> [Substring] {
    run.result.split(separator: "\n").filter { !$0.hasPrefix("FAILED") && !$0.hasPrefix("passed") }
  }
}

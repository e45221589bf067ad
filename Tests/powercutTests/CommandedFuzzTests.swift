import Host
import TestSupport
import Testing

/// `fuzz --command`: each run's crash states are judged by other programs, too.
@Suite(.serialized) struct CommandedFuzzTests {
  private let folder: TemporaryFolder
  /// TMPDIR of the tool, so that what it leaves there shows.
  private let scratch: String

  init() throws {
    folder = try TemporaryFolder(prefix: "commanded")
    scratch = folder.path("scratch")
    try Folders.create(scratch)
  }

  private static let check = "qemu-img check -r all {image}"
  /// What the model of QEMU is known to break.
  private static let qemu = [
    "--stack", "vhdx:qemu-7.2.22", "--ignore", "S05,D10,D01,R02,H15,D07", "--states", "prefix",
  ]
  /// A recovery of ours that takes entries of an older log in. Our own judges would find it, too.
  private static let readingOldGUIDs = [
    "--stack", "vhdx:qemu-7.2.22", "--bug", "recovery.reads-old-guid", "--states", "prefix",
    "--ignore", "S05,D10,D01,R02,H15,D07,S09",
  ]

  private func fuzz(
    _ arguments: [String], command: String, build: BuiltProduct.Build = .release
  ) throws -> ToolRun {
    try ToolRun(
      ["fuzz"] + arguments + ["--command", command], build: build,
      environment: ["TMPDIR": scratch])
  }

  private func program(_ name: String, _ script: String) throws -> String {
    let path = folder.path(name)
    try OutputFile.write("#!/bin/bash\n\(script)\n", to: path)
    try shell("chmod +x \(path)")
    return path
  }

  private func note(_ run: ToolRun) throws -> String {
    let notes = try #require(run.json.keys["notes"] as? [String])
    return try #require(notes.first { $0.hasPrefix("command ") })
  }

  /// Without the block of times.
  private func untimed(_ run: ToolRun) throws -> Substring {
    try #require(run.result.range(of: "\"timing\"").map { run.result[..<$0.lowerBound] })
  }

  // MARK: the real qemu-img

  @Test func qemuAcceptsAndRecoversWhatItsModelWrites() throws {
    let run = try fuzz(
      Self.qemu + ["--seeds", "9..12", "--keep-going", "--format", "json"], command: Self.check)
    #expect(run.status == 0, "\(run.errors)\(run.result)")
    let distinctCount = try #require(run.json.object("counts").number("distinctStates"))
    let note = try note(run)
    #expect(
      note.hasPrefix(
        "command '\(Self.check)': \(distinctCount) distinct states, \(distinctCount) accepted, "
          + "0 skipped (exit 125), 0 need recovery first, 0 broken, "), "\(note)")
    #expect(note.hasSuffix(" changed and compared with our recovery"), "\(note)")
    #expect(try Folders.names(in: scratch).isEmpty)
  }

  @Test func anyNumberOfJobsGivesTheSameReport() throws {
    let reports = try ["1", "2", "5"].map { jobs in
      try untimed(
        fuzz(
          Self.readingOldGUIDs
            + ["--seeds", "9..11", "--keep-going", "--jobs", jobs, "--format", "json"],
          command: Self.check))
    }
    #expect(Set(reports).count == 1)
    #expect(reports.first?.contains("\"X04\"") == true)
  }

  @Test func aRecoveryThatDiffersIsFoundAndFoundAgainByTheLineOfTheReport() throws {
    let run = try fuzz(Self.readingOldGUIDs + ["--seeds", "10..12"], command: Self.check)
    #expect(run.status == 1)
    #expect(run.result.contains("FAIL X04"), "\(run.result)")
    #expect(run.result.contains("BAT entry 1 (block 1)"), "\(run.result)")
    let line = try run.reproduction
    #expect(line.hasSuffix("--command '\(Self.check)'"))
    let again = try ToolRun.line(line, build: .release)
    #expect(again.status == 1)
    #expect(again.result.contains("FAIL X04"))
    #expect(try again.reproduction == line)
  }

  @Test func theRealQEMUIsJudgedByTheRealQEMU() throws {
    let run = try fuzz(
      ["--stack", "program:qemu-io-vhdx", "--allow-exec", "--seeds", "1"]
        + ["--ignore", "S05,D10,D01,R02,H15,D07", "--states", "prefix", "--format", "json"],
      command: Self.check)
    #expect(run.status == 0, "\(run.errors)\(run.result)")
    #expect(try note(run).contains(" 0 broken, "))
    #expect(try note(run).contains("changed and compared with our recovery"))
  }

  @Test func whatOnlyTheProgramCanReadIsGivenToCommandsToo() throws {
    let run = try fuzz(
      ["--stack", "program:qemu-io-qcow2", "--allow-exec", "--seeds", "1", "--states", "prefix"]
        + ["--format", "json"], command: "qemu-img check -q -f qcow2 {image}")
    #expect(run.status != 2, "\(run.errors)")
    #expect(try note(run).contains("distinct states"))
  }

  // MARK: a planted command

  /// Accepts disks on which the first byte of none of the first 16 sectors is set.
  private func planted() throws -> String {
    let program = try program(
      "planted",
      """
      for sector in {0..15}; do
        byte=$(od -An -tx1 -j $((sector * 512)) -N 1 "$1" | tr -d ' ')
        [ "$byte" = 00 ] || { echo "sector $sector has $byte" >&2; exit 3; }
      done
      """)
    return "\(program) {image}"
  }

  private static let raw = ["--stack", "raw:exact", "--seeds", "1..6", "--states", "prefix"]

  @Test func whatACommandRefusesIsFoundAgainByTheLineOfTheReport() throws {
    let command = try planted()
    let run = try fuzz(
      Self.raw + ["--command-timeout", "50s", "--format", "json"],
      command: command)
    #expect(run.status == 1, "\(run.errors)")
    let finding = try #require(run.json.list("findings").first)
    #expect(finding.text("rule") == "X03")
    #expect(finding.text("found") == "'\(command)' exits with 3")
    let words = "--command '\(command)' --command-timeout 50s"
    let line = try #require(finding.text("reproduce"))
    #expect(line.hasSuffix(words), "\(line)")
    #expect(try ToolRun.line(line, build: .release).result.contains("FAIL X03"))
  }

  /// A finding of the planted command in a folder of its own.
  private func kept(_ command: String) throws -> String {
    let findings = folder.path("findings")
    let run = try fuzz(Self.raw + ["--output", findings], command: command)
    #expect(run.status == 1, "\(run.errors)")
    return "\(findings)/\(try #require(Folders.names(in: findings).first))"
  }

  @Test func theFolderOfAFindingOfACommandShowsItAgain() throws {
    let command = try planted()
    let kept = try kept(command)
    let finding = try JSON(parsing: InputFile.text("\(kept)/finding.json"))
    let line = try #require(finding.list("findings").first?.text("reproduce"))
    #expect(line.hasPrefix("powercut replay-run ") && line.hasSuffix("--command '\(command)'"))
    let replay = try ToolRun.line(line, build: .release)
    #expect(replay.status == 1, "\(replay.errors)")
    #expect(replay.result.contains("REPRODUCED"))
    #expect(try replay.reproduction == line)

    // The command says the same of the image that the page tells how to make.
    let page = try InputFile.text("\(kept)/README")
    let image = try #require(
      page.split(separator: "\n").first { $0.hasPrefix("the disk after the cut: ") })
    let written = try ToolRun.line(
      String(image.dropFirst("the disk after the cut: ".count)), build: .release,
      in: folder.path)
    #expect(written.status == 0, "\(written.errors)")
    #expect(
      try Peer(program: folder.path("planted"), package: "-")
        .attempt([folder.path("crash.img")]).status == .exited(3))
  }

  /// Neither says that all is well, or gone, without having asked.
  @Test func withoutItsCommandAFindingIsNotJudged() throws {
    let command = try planted()
    let kept = try kept(command)
    let token = try InputFile.text("\(kept)/token").split(separator: "\n")[0]
    let scenario = "\(kept)/scenario.yaml"
    for subject in [String(token), kept, scenario] {
      let again = try ToolRun(["replay-run", subject, "--command", command], build: .release)
      #expect(again.status == 1 && again.result.contains("REPRODUCED"), "\(again.result)")
      let without = try ToolRun(["replay-run", subject], build: .release)
      #expect(without.status == 2 && without.result.isEmpty)
      #expect(without.errors.contains("is about X03, which takes the command that judges it"))
      let blind = try ToolRun(
        ["replay-run", subject, "--command", "sh -c 'exit 125' {image}"], build: .release)
      #expect(blind.status == 2 && blind.result.contains("INCOMPLETE: "), "\(blind.result)")
      #expect(blind.errors.contains("X03 was not judged"))
    }
    #expect(try ToolRun(["run", scenario, "--command", command], build: .release).status == 0)
    #expect(try ToolRun(["run", scenario], build: .release).status == 2)
    let others = try ToolRun(["run", kept], build: .release)
    #expect(others.status == 3)
    #expect(others.result.contains("skip  \(scenario)  it is about X03"))
    let shrunk = try ToolRun(["shrink", kept, "--command", command], build: .release)
    #expect(shrunk.status == 1, "\(shrunk.errors)")
    #expect(try shrunk.reproduction.hasSuffix("--command '\(command)'"))
    #expect(try ToolRun(["shrink", kept], build: .release).status == 2)
  }

  @Test func whatIsKnownIsTriedWithTheCommandOnly() throws {
    let command = try planted()
    let output = ["--output", folder.path("findings")]
    #expect(try fuzz(Self.raw + output, command: command).status == 1)
    let again = try fuzz(Self.raw + output, command: command)
    #expect(again.status == 1)
    #expect(again.result.contains("known and still there: "))
    let without = try ToolRun(["fuzz"] + Self.raw + output, build: .release)
    #expect(without.status == 0, "\(without.result)")
    #expect(without.result.contains("known and not tried: "))
    let mended = try fuzz(Self.raw + output, command: "true {image}")
    #expect(mended.status == 0)
    #expect(mended.result.contains("known and gone: "))
  }

  /// At the first finding nothing that was begun for later seeds is waited for.
  @Test func theFirstFindingEndsIt() throws {
    let asked = folder.path("asked")
    let program = try program("refuse", "echo >> \(asked); exit 1")
    let run = try fuzz(
      ["--stack", "raw:exact", "--seeds", "1..50", "--states", "prefix", "--format", "json"],
      command: "\(program) {image}")
    #expect(run.status == 1)
    let distinctCount = try #require(run.json.object("counts").number("distinctStates"))
    // What is refused is asked about once more; and one to see that it runs at all.
    #expect(try InputFile.text(asked).count == 2 * distinctCount + 1)
  }

  /// Both runs of the seed have the same states.
  @Test func whatACommandHasAcceptedItIsNotAskedAboutAgain() throws {
    let asked = folder.path("asked")
    let program = try program("accept", "echo >> \(asked)")
    let run = try fuzz(
      ["--stack", "raw:exact", "--seeds", "3", "--verify-determinism", "--format", "json"],
      command: "\(program) {image}")
    #expect(run.status == 0)
    let distinctCount = try #require(run.json.object("counts").number("distinctStates"))
    #expect(try note(run).contains(": \(distinctCount) distinct states, \(distinctCount) accepted"))
    // One more to see that it runs at all.
    #expect(try InputFile.text(asked).count == distinctCount + 1)
  }

  // MARK: what is no answer

  @Test func aMissingProgramIsTwoAndNothingIsClean() throws {
    for arguments in [Self.qemu, Self.raw + ["--keep-going"]] {
      let run = try fuzz(arguments, command: "no-such-program {image}")
      #expect(run.status == 2)
      #expect(run.result.isEmpty, "\(run.result)")
      #expect(run.errors.contains("seed 1: "))
      #expect(run.errors.contains("cannot start 'no-such-program': No such file"))
      #expect(run.errors.contains("Install the program"))
    }
    let behind = try fuzz(Self.raw, command: "env no-such-program {image}")
    #expect(behind.status == 2 && behind.result.isEmpty)
    #expect(behind.errors.contains("exit 126 or 127"))
    #expect(try Folders.names(in: scratch).isEmpty)
  }

  @Test func aProgramThatGoesAwayEndsTheCampaignWithWhatItHas() throws {
    let (asked, path) = (folder.path("asked"), folder.path("leaves"))
    _ = try program(
      "leaves", "echo >> \(asked); [ $(stat -c %s \(asked)) -lt 60 ] || rm -f \(path); exit 0")
    let run = try fuzz(
      ["--stack", "raw:exact", "--seeds", "1..50", "--states", "prefix", "--jobs", "1"]
        + ["--format", "json"], command: "\(path) {image}")
    #expect(run.status == 2)
    #expect(run.errors.contains("could not be judged to the end: cannot start '\(path)'"))
    let report = try run.json
    #expect(report.bool("passed") == false)
    #expect(try report.list("findings").isEmpty)
    #expect(try #require(report.object("counts").number("runs")) > 0)
    #expect(report.text("outcome") == "incomplete")
    let reasons = try #require(report.keys["reasons"] as? [String])
    #expect(reasons.contains { $0.hasPrefix("seed ") })
    let text = try ToolRun.line(
      "powercut fuzz --stack raw:exact --seeds 1..2 --command 'true {image}'")
    #expect(text.status == 0)
  }

  /// The program that reads the images of a stack is there when the image is made, and cannot be started any
  /// more when the first crash state is to be read.
  @Test func aReaderThatCannotBeAskedIsNoFinding() throws {
    _ = try program("qemu-img", "chmod -x \"$0\"; exec /usr/bin/qemu-img \"$@\"")
    let tool = folder.path("qemu-io")
    try shell("ln -s /usr/bin/qemu-io \(tool)")
    let run = try ToolRun(
      ["fuzz", "--stack", "program:qemu-io-qcow2", "--allow-exec", "--program", tool]
        + ["--seeds", "1..2", "--states", "prefix", "--keep-going", "--jobs", "1"], build: .release)
    #expect(run.status == 2)
    #expect(run.result.isEmpty, "\(run.result)")
    #expect(
      run.errors.contains(
        "seed 1: the crash states could not be judged to the end: cannot start '\(folder.path("qemu-img"))'"
      ), "\(run.errors)")
  }

  @Test func aFullDiskIsNoFinding() throws {
    let run = try ToolRun.line(
      """
      ulimit -f 4; TMPDIR='\(scratch)' exec powercut fuzz --stack raw:exact --seeds 1..3 \
      --command 'false {image}'
      """, build: .release)
    #expect(run.status == 2)
    #expect(run.errors.contains("File too large"), "\(run.errors)")
    #expect(run.result.isEmpty)
  }

  @Test(arguments: [
    ["--workload", "dirty-images"], ["--strategy", "dfs"], ["--command", "qemu-img check"],
    ["--command-timeout", "soon"],
  ])
  func misuseIsSixtyFour(options: [String]) throws {
    let run = try fuzz(
      ["--stack", "vhdx:exact", "--seeds", "1"] + options, command: "true {image}", build: .own)
    #expect(run.status == 64, "\(run.errors)")
    #expect(run.result.isEmpty)
  }

  @Test func foldersAndDatabasesAreRefused() throws {
    let folders = try fuzz(["--stack", "raw:exact"], command: "true {folder}", build: .own)
    #expect(folders.status == 2)
    #expect(folders.errors.contains("so write {image}"))
    let database = try fuzz(
      ["--stack", "program:sqlite3-off", "--allow-exec"], command: "true {image}", build: .own)
    #expect(database.status == 64)
  }

  @Test(arguments: ["INT", "TERM"])
  func anInterruptEndsTheCampaignAndIsNoObstacle(signal: String) throws {
    let waiting = folder.path("waiting")
    let program = try program("wait", "echo >> \(waiting); sleep 1000")
    let run = try ToolRun.line(
      """
      export TMPDIR='\(scratch)'
      powercut fuzz --stack raw:exact --seeds 1..3 --format json --command '\(program) {image}' &
      tool=$!
      until [ -s '\(waiting)' ]; do sleep 0.05; done
      kill -\(signal) $tool; wait $tool
      """, build: .release)
    #expect(run.status == 130, "\(run.errors)")
    #expect(run.errors.isEmpty)
    let report = try run.json
    #expect(report.bool("interrupted") == true)
    #expect(try report.list("findings").isEmpty)
    #expect(try Folders.names(in: scratch).isEmpty)
  }
}

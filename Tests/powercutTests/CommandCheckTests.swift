import Host
import TestSupport
import Testing

/// `check --command` with planted programs: each way to end is told as what it is.
@Suite struct CommandCheckTests {
  private let recording: CommandRecording

  init() throws { recording = try CommandRecording.raw() }

  private func violations(_ run: ToolRun) throws -> [JSON] {
    try run.json.list("findings").filter { $0.text("rule") == "X03" }
  }

  private func evidence(_ finding: JSON?) -> [String] {
    finding?.keys["evidence"] as? [String] ?? []
  }

  @Test func everyDistinctStateIsAskedOnceAndAccepted() throws {
    let asked = recording.folder.path("asked")
    let program = try recording.program(
      "accept", "\(CommandRecording.readsFirstByte); echo $byte >> \(asked)")
    let run = try recording.check(["\(program) {image}"], ["--jobs", "1"])
    #expect(run.status == 0, "\(run.errors)\(run.result)")
    #expect(
      run.result.contains(
        "command '\(program) {image}': 4 distinct states, 4 accepted, 0 skipped (exit 125), "
          + "0 need recovery first, 0 broken"))
    // The last state comes first, to see that the program runs at all.
    #expect(try InputFile.text(asked) == "a3\n00\na1\na1\na3\n")
    #expect(try recording.leftovers.isEmpty)
  }

  @Test func aBadExitIsAFindingThatCanBeSeenAgain() throws {
    let program = try recording.program(
      "refuse",
      """
      \(CommandRecording.readsFirstByte)
      [ $byte = a1 ] || exit 0
      echo "looked at $1"; echo "byte $byte is bad" >&2; exit 3
      """)
    let command = "\(program) {image}"
    let run = try recording.check([command], ["--command-timeout", "50s", "--format", "json"])
    #expect(run.status == 1)
    let found = try violations(run)
    #expect(found.count == 1)
    let finding = try #require(found.first)
    #expect(finding.text("found") == "'\(command)' exits with 3")
    #expect(finding.text("state") == "cut:1")
    #expect(finding.number("repeats") == 1)
    let lines = evidence(finding)
    #expect(lines.dropLast() == ["stderr: byte a1 is bad", "stdout: looked at {image}"])

    // The line in the evidence makes the image that the program refuses.
    let line = try #require(lines.last)
    try #require(line.hasPrefix("the image: powercut replay "))
    let state = recording.folder.path("again")
    try Folders.create(state)
    let replay = try ToolRun.line(String(line.dropFirst("the image: ".count)), in: state)
    #expect(replay.status == 0, "\(replay.errors)")
    #expect(
      try Peer(program: program, package: "-").attempt(["\(state)/state.img"]).status == .exited(3))

    let reproduction = try #require(finding.text("reproduce"))
    #expect(reproduction.contains("--command '\(command)' --command-timeout 50s"))
    let again = try ToolRun.line("\(reproduction) --format json")
    #expect(try violations(again).map { $0.text("state") } == ["cut:1"])
  }

  /// The same image is changed from state to state: what a command does to it must not reach the next one.
  @Test(arguments: ["1", "2"]) func whatACommandDoesToItsImageReachesNoOtherState(
    jobs: String
  ) throws {
    let asked = recording.folder.path("asked")
    let program = try recording.program(
      "spoil",
      """
      echo $(cksum < "$1") $(ls -A "$(dirname "$1")") >> \(asked)
      printf spoilt > "$1"; touch "$1.lock"; mkdir "$(dirname "$1")/folder"
      """)
    let run = try recording.check(["\(program) {image}"], ["--jobs", jobs])
    #expect(run.status == 0, "\(run.errors)\(run.result)")
    // Zeroes; a1 in front; and a2 from 64 KiB on; a3 in front of that. By cksum.
    let lines = try InputFile.text(asked).split(separator: "\n")
    #expect(lines.count == 5)
    #expect(Set(lines).count == 4)
    #expect(lines.allSatisfy { $0.hasSuffix(" 1048576 image.raw") }, "\(lines)")
  }

  /// A state that was refused is written anew and asked about again; who then says something else is not believed.
  @Test func anAnswerThatDependsOnSomethingElseEndsTheRun() throws {
    let asked = recording.folder.path("asked")
    let program = try recording.program(
      "moody", "echo >> \(asked); [ $(stat -c %s \(asked)) -ne 3 ]")
    let run = try recording.check(["\(program) {image}"], ["--jobs", "1"])
    #expect(run.status == 2)
    #expect(
      run.errors.contains(
        "refused the state cut:1 and did not refuse it when it was asked once more"),
      "\(run.errors)")
    #expect(try recording.leftovers.isEmpty)
  }

  @Test func deathBySignalIsAFinding() throws {
    let program = try recording.program("die", "kill -SEGV $$")
    let run = try recording.check(["\(program) {image}"], ["--format", "json"])
    #expect(run.status == 1)
    let finding = try #require(try violations(run).first)
    #expect(finding.text("found") == "'\(program) {image}' is ended by signal 11 (SIGSEGV)")
    #expect(finding.number("repeats") == 3)
  }

  @Test func atTheTimeLimitTheProgramAndWhatItStartedAreGone() throws {
    let processes = recording.folder.path("processes")
    let program = try recording.program(
      "hang", "sleep 1000 & echo $! $$ >> \(processes); echo waiting; wait; sleep 1000")
    let run = try recording.check(
      ["\(program) {image}"], ["--command-timeout", "1s", "--jobs", "4", "--format", "json"])
    #expect(run.status == 1)
    let finding = try #require(try violations(run).first)
    #expect(
      finding.text("found") == "'\(program) {image}' runs for more than 1 s and is killed")
    #expect(evidence(finding).first == "stdout: waiting")
    try expectGone(processes, count: 18)
    #expect(try recording.leftovers.isEmpty)
  }

  @Test func onlyTheEndOfAFloodIsShown() throws {
    let program = try recording.program(
      "flood", "yes flood | head -c 50000000; printf '\\nfirst\\nlast\\n'; exit 9")
    let run = try recording.check(["\(program) {image}"], ["--jobs", "2", "--format", "json"])
    let lines = evidence(try violations(run).first)
    #expect(lines.count == 9)
    #expect(
      lines.dropLast().suffix(3) == ["stdout: fl", "stdout: first", "stdout: last"])
  }

  @Test func eachCommandGetsACopyOfItsOwn() throws {
    let spoil = try recording.program("spoil", "printf spoilt > $1; rm -f $1; mkdir $1")
    let look = try recording.program("look", "[ $(stat -c %s \"$1\") = 1048576 ] || exit 4")
    let run = try recording.check(["\(spoil) {image}", "\(look) {image}"])
    #expect(run.status == 0, "\(run.errors)\(run.result)")
    #expect(try recording.leftovers.isEmpty)
  }

  @Test func exitOneHundredTwentyFiveJudgesNothing() throws {
    let program = try recording.program("skip", "exit 125")
    let run = try recording.check(["\(program) {image}"])
    #expect(run.status == 0)
    #expect(run.result.contains("0 accepted, 4 skipped (exit 125)"))
    #expect(run.result.contains("not judged: X03 (no command said good or bad of any state)"))
  }

  @Test func aRuleThatIsSwitchedOffBreaksNothing() throws {
    let run = try recording.check(["false {image}"], ["--ignore", "X03"])
    #expect(run.status == 0)
    #expect(run.result.contains("4 broken"))
  }

  @Test func anyNumberOfJobsGivesTheSameReport() throws {
    let program = try recording.program(
      "slow", "\(CommandRecording.readsFirstByte); sleep 0.$((RANDOM % 4)); [ $byte != a1 ]")
    let reports = try ["1", "2", "5"].map { jobs in
      let run = try recording.check(
        ["\(program) {image}", "false {image}"], ["--jobs", jobs, "--format", "json"])
      #expect(run.status == 1)
      return try #require(run.result.range(of: "\"timing\"").map { run.result[..<$0.lowerBound] })
    }
    #expect(Set(reports).count == 1)
  }

  // MARK: what is no answer

  @Test func aMissingProgramIsTwoBeforeAnythingIsJudged() throws {
    let run = try recording.check(["no-such-program {image}"])
    #expect(run.status == 2)
    #expect(run.result.isEmpty)
    #expect(run.errors.contains("cannot start 'no-such-program': No such file"))
    #expect(run.errors.contains("Install the program"))
    #expect(try recording.leftovers.isEmpty)
    let known = try recording.check(
      ["qemu-img check {image}"], environment: ["PATH": recording.folder.path])
    #expect(known.status == 2)
    #expect(known.errors.contains("in the Debian package 'qemu-utils'"))
  }

  @Test func aMissingProgramBehindAnotherIsTwo() throws {
    let run = try recording.check(["true {image}", "env no-such-program {image}"])
    #expect(run.status == 2)
    #expect(run.result.isEmpty)
    #expect(run.errors.contains("'env no-such-program {image}': exit 126 or 127"))
  }

  @Test func aFullDiskIsNoFinding() throws {
    let words = (recording.arguments + ["--command", "true {image}"]).map { "'\($0)'" }
    let run = try ToolRun.line(
      "ulimit -f 4; TMPDIR='\(recording.scratch)' exec powercut \(words.joined(separator: " "))")
    #expect(run.status == 2)
    #expect(run.errors.contains("File too large"), "\(run.errors)")
    #expect(run.result.isEmpty)
    #expect(try recording.leftovers.isEmpty)
  }

  @Test(arguments: [
    ["--command", "qemu-img check"], ["--command", "qemu-img 'check {image}"],
    ["--command", ""], ["--command", "true {image}", "--command-timeout", "soon"],
    ["--command", "true {image}", "--digests"],
  ])
  func misuseIsSixtyFour(options: [String]) throws {
    let run = try ToolRun(recording.arguments + options)
    #expect(run.status == 64, "\(run.errors)")
    #expect(run.result.isEmpty)
  }

  @Test func anImageAloneHasNoStatesToJudge() throws {
    let image = recording.folder.path("image.vhdx")
    try Peer.qemuImage.run(["create", "-q", "-f", "vhdx", image, "16M"])
    let run = try ToolRun(["check", image, "--command", "true {image}"])
    #expect(run.status == 64)
    #expect(run.result.isEmpty)
    #expect(run.errors.contains("--command is for the crash states of a log"))
  }

  @Test(arguments: ["INT", "TERM"])
  func anInterruptedRunReportsWhatItHas(signal: String) throws {
    let processes = recording.folder.path("processes")
    let program = try recording.program(
      "stall",
      """
      \(CommandRecording.readsFirstByte)
      [ $byte = a1 ] || exit 0
      sleep 1000 & echo $! $$ >> \(processes); wait
      """)
    let words = recording.arguments + ["--command", "\(program) {image}", "--format", "json"]
    let line = words.map { "'\($0)'" }.joined(separator: " ")
    let start = MonotonicClock.nanoseconds
    let run = try ToolRun.line(
      """
      export TMPDIR='\(recording.scratch)'
      powercut \(line) --jobs 2 & tool=$!
      until [ -s '\(processes)' ]; do sleep 0.05; done
      sleep 1; kill -\(signal) $tool; wait $tool
      """)
    #expect(run.status == 130, "\(run.errors)")
    #expect(MonotonicClock.nanoseconds - start < 40_000_000_000, "it waited for the time limit")
    let report = try run.json
    #expect(report.bool("interrupted") == true)
    #expect(try report.list("findings").isEmpty)
    #expect(run.result.contains("1 distinct states, 1 accepted"))
    try expectGone(processes)
    #expect(try recording.leftovers.isEmpty)
  }

  /// - Parameter path: a file of process numbers.
  private func expectGone(_ path: String, count: Int? = nil) throws {
    let processes = try InputFile.text(path).split { $0 == " " || $0 == "\n" }
    if let count { #expect(processes.count == count) }
    for process in processes {
      let state = try? InputFile.text("/proc/\(process)/stat").split(separator: " ").dropFirst(2)
        .first
      #expect(state == nil || state == "Z", "process \(process) is there")
    }
  }
}

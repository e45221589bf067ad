import Foundation
import Host
import TestSupport
import Testing

/// What the tool's exit status says, from every road that leads to it.
@Suite struct ExitStatusTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let exact = ["fuzz", "--stack", "raw:exact"]
  private static let broken = exact + ["--bug", "logger.position-reread", "--seeds", "9"]

  @Test func passedIsZero() throws {
    let run = try ToolRun(Self.exact + ["--seeds", "1..3"])
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
  }

  /// A sound image alone has promised nothing to anybody, and its structures were judged all the same.
  @Test func aSoundImageIsZeroInEveryFormat() throws {
    let image = folder.path("sound.vhdx")
    try Peer.qemuImage.run(["create", "-q", "-f", "vhdx", image, "16M"])
    let text = try ToolRun(["check", image])
    #expect(text.status == 0, "\(text.result)")
    #expect(text.result.contains("passed: "))
    let json = try ToolRun(["check", image, "--format", "json"])
    #expect(json.status == 0)
    #expect(try json.json.text("outcome") == "passed")
    let junit = try ToolRun(["check", image, "--format", "junit"])
    #expect(junit.status == 0)
    #expect(junit.result.contains("tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"0\""))
  }

  @Test func brokenRuleIsOne() throws {
    let run = try ToolRun(Self.broken)
    #expect(run.status == 1)
    #expect(run.errors.isEmpty)
  }

  // MARK: 2, could not finish

  @Test(arguments: ["run", "check", "inspect"])
  func missingFileIsTwo(command: String) throws {
    let run = try ToolRun([command, folder.path("nothing-here")])
    #expect(run.status == 2)
    #expect(run.result.isEmpty)
    #expect(run.errors.contains("nothing-here': No such file or directory"))
  }

  /// A person reads the sentence on stderr; a program wants its document.
  @Test(arguments: ["run", "check"])
  func missingFileIsADocumentToo(command: String) throws {
    let json = try ToolRun([command, folder.path("nothing-here"), "--format", "json"])
    #expect(json.status == 2)
    #expect(try json.json.text("outcome") == "incomplete")
    let junit = try ToolRun([command, folder.path("nothing-here"), "--format", "junit"])
    #expect(junit.status == 2)
    #expect(junit.result.contains("<error type=\"incomplete\""), "\(junit.result)")
  }

  @Test(arguments: ["check", "inspect"])
  func folderWithoutLogIsTwo(command: String) throws {
    let run = try ToolRun([command, folder.path])
    #expect(run.status == 2)
    #expect(run.errors.contains("writes.log"))
  }

  // Both can be opened by everyone, root too: the first is no file of bytes, the second has none at
  // its start.
  @Test(arguments: [("inspect", "/dev/null"), ("check", "/dev/null"), ("run", "/proc/self/mem")])
  func fileThatCannotBeReadIsTwo(command: String, path: String) throws {
    let run = try ToolRun([command, path])
    #expect(run.status == 2)
    #expect(run.errors.contains(path))
    #expect(run.result.isEmpty)
  }

  @Test func fileThatIsNoLogIsNamedWithWhatIsWrong() throws {
    try OutputFile.write([UInt8](repeating: 7, count: 512), to: folder.path("L"))
    for command in [["inspect"], ["replay", "--digests"]] {
      let run = try ToolRun(command + [folder.path("L")])
      #expect(run.status == 2)
      #expect(run.errors.contains("\(folder.path("L")): 'magic' at byte 0: expected 0x6a73"))
      #expect(run.errors.contains("found 0x707070707070707"))
    }
  }

  @Test(arguments: ["a: [", "only text", "", "- 1\n- 2", "\u{0}\u{1}\u{2}"])
  func fileThatIsNoScenarioIsTwo(text: String) throws {
    try OutputFile.write(text, to: folder.path("s.yaml"))
    let run = try ToolRun(["run", folder.path("s.yaml")])
    #expect(run.status == 2)
    #expect(run.errors.contains("s.yaml: "))
    #expect(run.result.isEmpty)
  }

  @Test(arguments: ["text", "json", "junit"])
  func fullDiskOnStandardOutputIsTwo(format: String) throws {
    let run = try ToolRun.line(
      "powercut \(Self.broken.joined(separator: " ")) --format \(format) > /dev/full")
    #expect(run.status == 2)
    #expect(run.errors.contains("standard output': No space left on device"))
  }

  @Test func readerThatGoesAwayIsTwo() throws {
    let run = try ToolRun.line(
      "powercut \(Self.broken.joined(separator: " ")) | true; exit ${PIPESTATUS[0]}")
    // Either the reader was gone before the first byte, or the pipe took everything.
    #expect(run.status == 2 || run.status == 1)
    #expect(run.status == 1 || run.errors.contains("The reader went away"))
  }

  /// A file-size limit fails in the middle of a file, as a full disk does.
  @Test func fullDiskUnderTheRecordingsLeavesNoHalfFile() throws {
    let out = folder.path("out")
    let run = try ToolRun.line(
      "ulimit -f 4; exec powercut \(Self.broken.joined(separator: " ")) --output \(out)")
    // What was found is no less true, and that it could not be kept is said.
    #expect(run.status == 1)
    #expect(run.errors.contains("writes.log': File too large"), "\(run.errors)")
    #expect(run.result.contains("FAIL L03"))
    #expect(run.result.contains("incomplete: cannot write"), "\(run.result)")
    let names = try Folders.files(below: out, suffix: "")
    #expect(names.allSatisfy { $0.hasSuffix(".yaml") || $0.hasSuffix(".jsonl") }, "\(names)")
    // The run as it was found is there.
    #expect(names.contains { $0.hasSuffix(".yaml") })
  }

  @Test func fullDiskUnderAnImageLeavesNoHalfFile() throws {
    let out = folder.path("out")
    #expect(try ToolRun(Self.broken + ["--output", out]).status == 1)
    let recording = try FoundRecording.unshrunk(in: out)
    let run = try ToolRun.line(
      "ulimit -f 4; exec powercut replay \(recording) --at 10 --output \(out)/image.raw")
    #expect(run.status == 2)
    #expect(!Folders.exists("\(out)/image.raw"))
  }

  @Test func outputThatIsNoFolderIsTwo() throws {
    let run = try ToolRun(Self.broken + ["--output", "/dev/full"])
    #expect(run.status == 2)
    #expect(run.errors.contains("cannot make the folder '/dev/full'"))
  }

  // MARK: 3, nothing was checked

  @Test func folderWithoutScenariosIsThree() throws {
    let text = try ToolRun(["run", folder.path])
    #expect(text.status == 3)
    #expect(text.result.contains("NOTHING WAS CHECKED"))
    let json = try ToolRun(["run", folder.path, "--format", "json"])
    #expect(json.status == 3)
    #expect(try json.json.object("counts").number("states") == 0)
    let junit = try ToolRun(["run", folder.path, "--format", "junit"])
    #expect(junit.status == 3)
    #expect(
      junit.result.contains("<skipped message=\"nothing was checked: no scenario was run\"/>"))
  }

  @Test func shardWithoutSeedsIsThree() throws {
    let run = try ToolRun(Self.exact + ["--seeds", "1..2", "--shard", "3/3"])
    #expect(run.status == 3)
  }

  // MARK: 64, usage

  struct Misuse: CustomTestStringConvertible {
    var arguments: [String]
    /// What the message must name.
    var named: [String]
    var testDescription: String { arguments.joined(separator: " ") }
  }

  static let misuses = [
    Misuse(arguments: exact + ["--nope"], named: ["--nope"]),
    Misuse(arguments: ["fuzz"], named: ["--stack"]),
    Misuse(arguments: ["nope"], named: ["nope"]),
    Misuse(arguments: exact + ["--seeds", "9..1"], named: ["9..1", "7 or 1..200"]),
    Misuse(arguments: exact + ["--seeds", "one"], named: ["one", "7 or 1..200"]),
    Misuse(arguments: exact + ["--seeds", "1..99999999999999999999"], named: ["1..9999"]),
    Misuse(
      arguments: exact + ["--states", "prefixx"],
      named: ["prefixx", "flushed-only, fua-only, drop:K"]),
    Misuse(arguments: exact + ["--states", "drop:0"], named: ["drop:0", "K and N from 1"]),
    Misuse(arguments: exact + ["--states", ""], named: ["--states"]),
    Misuse(arguments: exact + ["--jobs", "0"], named: ["--jobs must be from 1 to 1024"]),
    Misuse(arguments: exact + ["--shard", "5/4"], named: ["5/4"]),
    Misuse(arguments: exact + ["--duration", "1d"], named: ["1d", "30m"]),
    Misuse(arguments: exact + ["--strategy", "best"], named: ["best", "sticky", "dfs"]),
    Misuse(arguments: exact + ["--preemptions", "1"], named: ["--preemptions", "dfs"]),
    Misuse(
      arguments: exact + ["--strategy", "dfs", "--preemptions", "-1"], named: ["--preemptions"]),
    Misuse(arguments: exact + ["--format", "html"], named: ["html", "junit"]),
    Misuse(
      arguments: ["fuzz", "--stack", "raw:qemu"],
      named: ["raw:exact", "raw:qemu-7.2.0", "raw:qemu-7.2.22"]),
    Misuse(arguments: exact + ["--bug", "logger.nope"], named: LoggerBug.names),
    Misuse(arguments: ["replay", "L"], named: ["--output FILE", "--digests"]),
    Misuse(
      arguments: ["replay", "L", "--digests", "--output", "I"], named: ["--digests", "--output"]),
    Misuse(
      arguments: ["replay", "L", "--at", "3", "--state", "cut:3", "--output", "I"],
      named: ["--at and --state"]),
    Misuse(
      arguments: ["check", "L", "--log-sector-size", "1000"], named: ["a power of two from 512"]),
    Misuse(arguments: ["check", "L", "--image-size", "64MB"], named: ["64MB"]),
    Misuse(arguments: ["check", "L", "--as", "qcow2"], named: ["qcow2", "raw", "vhdx"]),
    Misuse(
      arguments: ["fuzz", "--stack", "raw:exact", "--workload", "dirty-images"],
      named: ["--workload: made-up images (dirty-images) belong to a simulated stack of images"]),
    Misuse(
      arguments: ["fuzz", "--stack", "raw:exact", "--workload", "transactions"],
      named: ["--workload: transactions belong to a database", "raw:exact is none"]),
    Misuse(
      arguments: ["fuzz", "--stack", "program:nbd-raw", "--bug", "logger.count-early"],
      named: ["--bug: bugs belong to simulated stacks"]),
    Misuse(
      arguments: ["fuzz", "--stack", "program:nbd-raw", "--strategy", "dfs"],
      named: ["--strategy: the strategy dfs is for simulated stacks"]),
  ]

  @Test(arguments: misuses)
  func misuseIsSixtyFour(misuse: Misuse) throws {
    let run = try ToolRun(misuse.arguments)
    #expect(run.status == 64)
    #expect(run.result.isEmpty)
    for name in misuse.named {
      #expect(run.errors.contains(name), "'\(name)' is not in: \(run.errors)")
    }
  }

  // MARK: 130, interrupted

  @Test(arguments: ["INT", "TERM"])
  func interruptedRunPrintsWhatItHasAndIsOneHundredThirty(signal: String) throws {
    let run = try ToolRun.line(
      """
      powercut fuzz --stack raw:exact --duration 100s --format json & tool=$!
      sleep 1; kill -\(signal) $tool; wait $tool
      """)
    #expect(run.status == 130)
    let report = try run.json
    #expect(report.bool("interrupted") == true)
    #expect(report.bool("passed") == false)
    #expect(report.text("outcome") == "interrupted")
    #expect(try #require(report.object("counts").number("runs")) > 0)
    #expect(try report.list("findings").isEmpty)
  }

  /// A rule that was broken before the signal counts for more than the signal.
  @Test func findingsOfAnInterruptedRunAreOne() throws {
    let run = try ToolRun.line(
      """
      powercut fuzz --stack raw:exact --bug logger.count-early --duration 100s --keep-going \
        --format json & tool=$!
      sleep 1; kill -INT $tool; wait $tool
      """)
    #expect(run.status == 1)
    let report = try run.json
    #expect(report.bool("interrupted") == true)
    #expect(try report.rules.contains("L04"))
  }

  @Test func endOfTheDurationIsNoInterruption() throws {
    let run = try ToolRun(Self.exact + ["--duration", "1s", "--format", "json"])
    #expect(run.status == 0)
    #expect(try run.json.bool("interrupted") == false)
  }
}

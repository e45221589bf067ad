import Host
import TestSupport
import Testing

/// stdout is the result, stderr is progress and errors, and a terminal is told from a pipe.
@Suite struct StreamsTests {
  private static let passing = "powercut fuzz --stack raw:exact --seeds 1..120"
  private static let failing =
    "powercut fuzz --stack raw:exact --bug logger.position-reread --seeds 9"
  private static let escape = "\u{1b}"

  @Test func progressNeverGoesToAPipe() throws {
    let run = try ToolRun.line(Self.passing)
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
    #expect(!run.result.contains("\r"))
    #expect(!run.result.contains(Self.escape))
  }

  @Test func progressShowsOnATerminalAndIsTakenAway() throws {
    let run = try onTerminal("\(Self.passing) --color never > /dev/null")
    #expect(run.contains("\r\(Self.escape)[Kseed "))
    #expect(run.hasSuffix("\r\(Self.escape)[K"), "the line is still there: \(run.suffix(40))")
  }

  @Test func resultOnATerminalBesideProgressInAFileIsWhole() throws {
    let run = try onTerminal("\(Self.passing) 2> /dev/null")
    #expect(!run.contains("seed 1,"))
    #expect(run.contains("passed"))
  }

  // MARK: Colour

  @Test func colourIsForTerminals() throws {
    #expect(try onTerminal(Self.failing).contains("\(Self.escape)[31;1mFAIL L03"))
    #expect(try !ToolRun.line(Self.failing).result.contains(Self.escape))
  }

  @Test(arguments: ["NO_COLOR=1", "NO_COLOR=0", "TERM=dumb"])
  func surroundingsTurnColourOff(variable: String) throws {
    let printed = try onTerminal("\(variable) \(Self.failing) 2> /dev/null")
    #expect(printed.contains("FAIL L03"))
    #expect(!printed.contains(Self.escape))
  }

  /// Set and empty is the same as not set.
  @Test func emptyNoColorTurnsNothingOff() throws {
    #expect(try onTerminal("NO_COLOR= \(Self.failing)").contains("\(Self.escape)[31;1m"))
  }

  @Test func optionIsStrongerThanTheSurroundings() throws {
    let always = try ToolRun.line("NO_COLOR=1 TERM=dumb \(Self.failing) --color always")
    #expect(always.result.contains("\(Self.escape)[31;1m"))
    let never = try onTerminal("\(Self.failing) --color never 2> /dev/null")
    #expect(!never.contains(Self.escape))
  }

  @Test(arguments: ["json", "junit"])
  func formatsForProgramsHaveNoColour(format: String) throws {
    let run = try ToolRun.line("\(Self.failing) --color always --format \(format)")
    #expect(!run.result.contains(Self.escape))
  }

  // MARK: What is on which stream

  @Test(arguments: ["text", "json", "junit"])
  func resultIsTheOnlyThingOnStandardOutput(format: String) throws {
    let run = try ToolRun.line("\(Self.failing) --format \(format)")
    #expect(run.errors.isEmpty)
    switch format {
    case "text": #expect(run.result.hasPrefix("powercut 0.1.0  fuzz  raw:exact"))
    case "json": #expect(try run.json.text("command") == "fuzz")
    default:
      try Peer(program: "python3", package: "python3").run(["-c", Self.parseXML, run.result])
    }
  }

  @Test func noteOfAReplayIsNoPartOfTheList() throws {
    let folder = try TemporaryFolder()
    try shell(": > '\(folder.path("L"))'; truncate -s 1M '\(folder.path("R"))'")
    try Peer.qemuIO.run([
      "-t", "writeback", "-c", "write 0 4k", "-c", "write 8k 4k", "--image-opts",
      "driver=blklogwrites,file.driver=raw,file.file.driver=file,"
        + "file.file.filename=\(folder.path("R")),log.driver=file,"
        + "log.filename=\(folder.path("L"))",
    ])
    // Three entries; the count says two.
    try shell("printf '\\2' | dd of='\(folder.path("L"))' bs=1 seek=16 conv=notrunc status=none")
    let run = try ToolRun(["replay", folder.path("L"), "--digests", "--use-tail"])
    #expect(run.status == 0)
    #expect(run.errors.contains("stale count: the superblock counts 2, the log holds 3"))
    let lines = run.result.split(separator: "\n")
    #expect(lines.count == 4)
    #expect(lines.allSatisfy { $0.split(separator: " ").last?.count == 32 })
  }

  @Test func firstLineNamesVersionCommandAndSeeds() throws {
    let run = try ToolRun.line(Self.failing)
    #expect(
      run.result.split(separator: "\n").first
        == "powercut 0.1.0  fuzz  raw:exact +logger.position-reread  seeds 9")
  }

  private static let parseXML =
    "import sys, xml.etree.ElementTree as x; x.fromstring(sys.argv[1].encode())"

  /// What a terminal of 80 columns shows of a line of bash: both streams, with the escape sequences.
  private func onTerminal(_ line: String) throws -> String {
    let program = """
      import os, pty, sys
      status = pty.spawn(["bash", "-c", sys.argv[1]])
      """
    let tool = try BuiltProduct.path("powercut")
    let outcome = try ChildProcess.run(
      argv: [
        "python3", "-c", program,
        "export TERM=xterm; unset NO_COLOR; powercut() { \(tool) \"$@\"; }; stty -onlcr; \(line)",
      ], timeLimit: .seconds(60))
    try #require(outcome.status == .exited(0), "\(outcome.errorText)")
    return outcome.outputText
  }
}

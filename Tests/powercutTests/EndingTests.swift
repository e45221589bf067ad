import Glibc
import Host
import TestSupport
import Testing

/// How commands end that are told to, or are killed: in time, with what they know, and without a trace.
@Suite struct EndingTests {
  static let signals = ["INT", "TERM", "HUP"]

  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try Folders.create(folder.path("tmp"))
  }

  /// `timeout` gives the signal after a second; what needs three more is killed, which is 137.
  private func ended(by signal: String, _ line: String) throws -> ToolRun {
    let run = try ToolRun.line(
      "cd '\(folder.path)'; TMPDIR='\(folder.path("tmp"))' "
        + "timeout --preserve-status -k 3 -s \(signal) 1 \(line)")
    #expect(try Folders.names(in: folder.path("tmp")).isEmpty)
    return run
  }

  @Test(arguments: signals, ["text", "json"])
  func aCampaignSaysHowFarItCame(signal: String, format: String) throws {
    let run = try ended(
      by: signal, "powercut fuzz --stack raw:exact --seeds 1..100000000 --format \(format)")
    #expect(run.status == 130, "\(run.errors)")
    #expect(run.result.lowercased().contains("interrupted"))
  }

  @Test(arguments: signals) func aProgramEndsWithItsCampaign(signal: String) throws {
    let run = try ended(
      by: signal,
      "powercut fuzz --stack program:qemu-io-raw --allow-exec --seeds 1..100000 --format json")
    #expect(run.status == 130, "\(run.errors)")
    #expect(try run.json.bool("interrupted") == true)
  }

  @Test(arguments: signals) func scenariosThatWereNotRunDoNotPass(signal: String) throws {
    try OutputFile.write(
      """
      summary: Goes on for minutes.
      stack: vhdx:exact
      workload: { seed: 7, tasks: 3, operations: 40, mix: { write: 6, flush: 1 } }
      schedule: { strategy: auto, seeds: 1..100000 }
      states: [prefix, drop:2]
      expect: pass

      """, to: folder.path("long.yaml"))
    let run = try ended(by: signal, "powercut run long.yaml")
    #expect(run.status == 130, "\(run.result) \(run.errors)")
    #expect(run.result.lowercased().contains("interrupted"))
  }

  @Test(arguments: signals) func aRecordingEndsWithItsProgram(signal: String) throws {
    let run = try ended(
      by: signal, "powercut record --watch . --output rec -- sh -c 'echo x > file; sleep 345'")
    #expect(run.status == 130, "\(run.errors)")
  }

  /// Neither the program nor what has left its group lives longer than a second.
  @Test func whatWasStartedDiesWithAKilledTool() throws {
    let mark = "3\(getpid() % 100_000).25"
    try Folders.create(folder.path("watched"))
    let run = try ToolRun.line(
      """
      cd '\(folder.path)'
      powercut record --watch watched --output rec -- sh -c 'setsid sleep \(mark) & sleep \(mark); :' &
      for i in $(seq 100); do [ $(pgrep -fc '^sleep \(mark)') = 2 ] && break; sleep 0.1; done
      pgrep -fc '^sleep \(mark)'; kill -9 $!; sleep 1; pgrep -fc '^sleep \(mark)'; :
      """)
    #expect(run.result == "2\n0\n", "\(run.errors)")
  }

  @Test func theNextCommandCleansUpAfterAKilledOne() throws {
    let run = try ToolRun.line(
      """
      cd '\(folder.path)'; export TMPDIR=$PWD/tmp
      powercut fuzz --stack program:qemu-io-raw --allow-exec --seeds 1..100000 > out 2> err &
      for i in $(seq 100); do [ -n "$(ls tmp)" ] && break; sleep 0.1; done
      kill -9 $!; sleep 0.5; ls tmp | wc -l; powercut inspect /nowhere; ls tmp | wc -l
      """)
    let counts = run.result.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
    try #require(counts.count == 2)
    #expect(counts[0] > 0)
    #expect(counts[1] == 0)
  }

  /// With an unreadable /proc Swift knows no arguments, and every command was none.
  @Test func withoutProcNothingPasses() throws {
    let tool = try ToolRun.path(.debug)
    let outcome = try ChildProcess.run(argv: [
      "unshare", "-rm", "sh", "-c", "mount -t tmpfs none /proc && exec '\(tool)' check /nowhere",
    ])
    #expect(outcome.status == .exited(2))
    #expect(outcome.errorText.contains("/proc cannot be read"))
  }
}

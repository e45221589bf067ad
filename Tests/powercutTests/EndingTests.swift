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

  /// `timeout` gives the signal after a while; what needs two seconds more is killed, which is 137.
  private func ended(by signal: String, _ line: String) throws -> ToolRun {
    let run = try ToolRun.line(
      "cd '\(folder.path)'; TMPDIR='\(folder.path("tmp"))' "
        + "timeout --preserve-status -k 2 -s \(signal) 0.8 \(line)")
    #expect(try Folders.names(in: folder.path("tmp")).isEmpty)
    return run
  }

  private static let longScenario = """
    summary: Goes on for minutes.
    stack: vhdx:exact
    workload: { seed: 7, tasks: 3, operations: 40, mix: { write: 6, flush: 1 } }
    schedule: { strategy: auto, seeds: 1..100000 }
    states: [prefix, drop:2]
    expect: { breaks: D05 }

    """

  /// Each has work for half a minute and more. The programs ignore signals where they can.
  private static let commands = [
    "fuzz --stack raw:exact --seeds 1..100000000", "fuzz --stack raw:exact --seeds 1..100000000",
    "fuzz --stack raw:exact --seeds 1..100000000",
    "fuzz --stack program:qemu-io-qcow2 --allow-exec --seeds 1..100000 --format json",
    "fuzz --stack program:sqlite3-wal-full --allow-exec --seeds 1..100000 --format json",
    "check rec/file --command 'sh -c \"sleep 30\" {image}' --format junit",
    "bisect rec/file --command 'sh -c \"sleep 30\" {image}' --format json",
    "fuzz --stack vhdx:exact --strategy dfs --seeds 1..100000 --format json",
    "shrink long.yaml --format json", "replay-run long.yaml --format json",
    "run long.yaml --format junit", "serve rec/file",
    "serve rec/file --run 'sh -c \"sleep 30\" {uri}'",
    "serve --image disk.img --record served --run 'sh -c \"sleep 30\" {uri}'",
    "record --watch watched --output again -- sh -c 'trap : INT TERM HUP; echo x > watched/y; sleep 30'",
  ]

  @Test(arguments: Array(zip(commands, signals + signals + signals + signals + signals)))
  func everyCommandEnds(command: String, signal: String) throws {
    try OutputFile.write(Self.longScenario, to: folder.path("long.yaml"))
    try shell("truncate -s 1M '\(folder.path("disk.img"))'")
    try record(writeCount: 3)
    // Found again among all processes.
    let mark = "30.\(UInt32.random(in: 1...UInt32.max))"
    let run = try ended(
      by: signal, "powercut \(command.replacing("sleep 30", with: "sleep \(mark)"))")
    #expect(run.status == 130, "\(run.result) \(run.errors)")
    #expect(try shell("pgrep -fc '^sleep \(mark)' || true") == "0\n")
    #expect(run.errors.contains("interrupted") || run.result.lowercased().contains("interrupted"))
    if command.contains("json") { #expect(try run.json.text("outcome") == "interrupted") }
    if command.contains("junit") { #expect(run.result.contains("<error type=\"interrupted\"")) }
    if command.contains("--record") {
      let manifest = try JSON(parsing: InputFile.text(folder.path("served/manifest.json")))
      #expect(manifest.bool("isComplete") == true)
    }
  }

  /// A recording of `rec/file`.
  private func record(writeCount: Int) throws {
    try Folders.create(folder.path("watched"))
    let run = try ToolRun.line(
      """
      cd '\(folder.path)'
      powercut record --watch watched --output rec -- bash -c \
      'for i in $(seq \(writeCount)); do echo $i; done > watched/file'
      """)
    try #require(run.status == 0, "\(run.errors)")
  }

  @Test func whatWasFoundBeforeItMinimizedIsAFailure() throws {
    let run = try ended(
      by: "TERM",
      "powercut fuzz --stack raw:exact --bug logger.unit-512 --output out --shrink-limit 1h "
        + "--seeds 1..100000000 --keep-going --format json")
    #expect(run.status == 1, "\(run.errors)")
    #expect(try run.json.bool("interrupted") == true)
    #expect(try run.json.rules.contains("L03"))
  }

  /// A list ends where it is, and the document around it is whole.
  @Test func anInspectionThatIsCutShortIsADocument() throws {
    try record(writeCount: 2000)
    let run = try ToolRun.line(
      """
      cd '\(folder.path)'
      timeout --preserve-status -k 3 -s INT 0.6 powercut inspect rec/file --entries --format json \
      | (sleep 0.9; cat); exit ${PIPESTATUS[0]}
      """)
    #expect(run.status == 130, "\(run.errors)")
    let report = try run.json
    #expect(report.text("outcome") == "interrupted")
    let listed = try report.list("entries").count
    #expect(listed > 0 && listed < (report.number("entryCount") ?? 0))
  }

  /// A reader that takes nothing does not hold it up.
  @Test func aReaderThatTakesNothingIsNotWaitedFor() throws {
    try record(writeCount: 2000)
    let run = try ToolRun.line(
      """
      cd '\(folder.path)'
      timeout --preserve-status -k 2 -s INT 0.5 powercut inspect rec/file --entries | sleep 4
      exit ${PIPESTATUS[0]}
      """)
    #expect(run.status == 130, "\(run.errors)")
  }

  @Test func whoIsToldNotToHangUpGoesOn() throws {
    let run = try ToolRun.line(
      """
      cd '\(folder.path)'
      nohup powercut fuzz --stack raw:exact --seeds 1..100000000 --duration 1s > out 2> err & pid=$!
      sleep 0.5; kill -HUP $pid; wait $pid; echo "status $?"
      """)
    #expect(run.result == "status 0\n", "\(run.errors)")
  }

  /// What is written beside its target has no name before it is whole.
  /// With the tool that is not optimized: the other one is often done before.
  @Test func aKilledReplayLeavesNoFile() throws {
    let run = try ToolRun.line(
      """
      cd '\(folder.path)'; mkdir images; mkfifo gate
      powercut record --watch images --output rec2 -- bash -c 'dd if=/dev/zero of=images/f bs=1M count=64' || exit
      rm images/f
      powercut replay rec2 --output images/out.img & pid=$!
      for i in $(seq 200); do
        ls -l /proc/$pid/fd 2>/dev/null | grep -q "images/" && break; sleep 0.005; done
      kill -9 $pid; ls images | wc -l
      """, build: .debug)
    #expect(run.result.hasSuffix("\n0\n"), "\(run.result) \(run.errors)")
  }

  /// A command that cuts the log short which it is asked about.
  @Test func aLogThatIsCutShortIsIncomplete() throws {
    try record(writeCount: 3000)
    let run = try ToolRun.line(
      """
      cd '\(folder.path)'
      powercut check rec/file --command 'truncate -s 4096 rec/file/writes.log {image}' --format json
      """)
    #expect(run.status == 2, "\(run.result) \(run.errors)")
    #expect(try run.json.text("outcome") == "incomplete")
    #expect(run.result.contains("is not there any more"))
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

  /// With an unreadable /proc Swift knows no arguments, and every command was none. Root needs no user namespace
  /// for a mount of its own, and gets none in a chroot.
  @Test func withoutProcNothingPasses() throws {
    let isRoot = geteuid() == 0
    let options = isRoot ? ["-m", "--propagation", "unchanged"] : ["-rm"]
    // Nobody else is to lose /proc.
    let alone = isRoot ? "mount --make-private /proc && " : ""
    let outcome = try ChildProcess.run(
      argv: ["unshare"] + options + [
        "sh", "-c",
        "\(alone)mount -t tmpfs none /proc && exec '\(BuiltProduct.path("powercut"))' check /nowhere",
      ])
    #expect(outcome.status == .exited(2))
    #expect(outcome.errorText.contains("/proc cannot be read"), "\(outcome.errorText)")
  }
}

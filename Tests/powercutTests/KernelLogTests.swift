import Host
import TestSupport
import Testing

/// L08 of logs of dm-log-writes, whose target holds writes back until it is removed.
@Suite struct KernelLogTests {
  private let folder: TemporaryFolder
  private var log: String { folder.path("L") }
  private var live: String { folder.path("live") }

  /// A flushed, perhaps the mark of the end, and B on the device only. With `tail`, an entry that the
  /// superblock does not count.
  private static let make = """
    import struct, sys
    S = 512
    entries = []
    def entry(sector, count, flags, text=b'', data=b''):
        head = struct.pack('<QQQQ', sector, count, flags, len(text)) + text
        entries.append(head.ljust(S, b'\\0') + data)
    entry(0, 1, 0, data=b'A' * S)
    entry(0, 0, 1)
    if sys.argv[3] == 'ended': entry(0, 0, 8, b'dm-log-writes-end')
    count = len(entries)
    if sys.argv[3] == 'tail': entry(1, 1, 0, data=b'B' * S)
    log = struct.pack('<QQQI', 0x6a736677736872, 1, count, S).ljust(S, b'\\0')
    open(sys.argv[1], 'wb').write(log + b''.join(entries))
    open(sys.argv[2], 'wb').write(b'A' * S + b'B' * S)
    """

  init() throws { folder = try TemporaryFolder() }

  private func check(_ kind: String, _ options: [String]) throws -> ToolRun {
    try Peer(program: "python3", package: "python3").run(["-c", Self.make, log, live, kind])
    return try ToolRun(["check", log, "--image-size", "1024", "--live", live] + options)
  }

  @Test func aLogWhoseTargetIsThereIsNotComparedWithItsDevice() throws {
    let run = try check("open", ["--origin", "linux"])
    #expect(run.status == 0, "\(run.result)")
    #expect(run.result.contains("not judged: L08 (the target of dm-log-writes was not removed"))
  }

  @Test func aLogWithItsEndIs() throws {
    let run = try check("ended", ["--origin", "linux"])
    #expect(run.status == 1, "\(run.result)")
    #expect(run.result.contains("L08"), "\(run.result)")
  }

  /// Nobody says who wrote it: judged, and what else it could be is said.
  @Test func ofALogOfSomebodyTheReasonIsOffered() throws {
    let run = try check("open", [])
    #expect(run.status == 1, "\(run.result)")
    #expect(run.result.contains("say --origin linux where it is one"), "\(run.result)")
  }

  /// A unit below the sector of the log is torn where it is asked for, and the report says so.
  @Test(arguments: [("torn:512", true), ("torn:4096", false), ("torn", false)])
  func aUnitBelowTheSectorIsSaid(tier: String, isSaid: Bool) throws {
    let program = """
      import struct, sys
      S = 4096
      entry = struct.pack('<QQQQ', 0, 2, 0, 0).ljust(S, b'\\0') + b'A' * 2 * S
      log = struct.pack('<QQQI', 0x6a736677736872, 1, 1, S).ljust(S, b'\\0')
      open(sys.argv[1], 'wb').write(log + entry)
      """
    try Peer(program: "python3", package: "python3").run(["-c", program, log])
    let run = try ToolRun(["check", log, "--states", tier])
    // Nothing is flushed, so nothing is promised.
    #expect(run.status == 3, "\(run.errors)")
    #expect(run.result.contains("the log has sectors of 4096 bytes") == isSaid, "\(run.result)")
    // Of two units the first or the last; of sixteen more shapes.
    #expect(run.result.contains("\(tier): \(isSaid ? 10 : 2) states"), "\(run.result)")
  }

  @Test func entriesBehindTheCountAreMentionedAndCanBeTaken() throws {
    let run = try check("tail", [])
    #expect(run.status == 1, "\(run.result)")
    #expect(
      run.result.contains(
        "1 entries stand after the superblock's count and were left out: --use-tail"),
      "\(run.result)")
    #expect(try check("tail", ["--use-tail"]).status == 0)
  }
}

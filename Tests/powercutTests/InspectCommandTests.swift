import Host
import TestSupport
import Testing

/// `powercut inspect` as a program reads it.
@Suite struct InspectCommandTests {
  private let folder: TemporaryFolder
  private var log: String { folder.path("L") }

  private static let keys = [
    "clientMarkCount", "command", "countedEntryCount", "deviceEndByteOffset", "discards",
    "endByteOffset", "entries", "entryCount", "epochCount", "extensionEntryCount",
    "flushEntryCount", "fuaEntryCount", "logByteCount", "logIdentity", "longestEpochEntryCount",
    "markEntryCount", "markedDeviceByteCount", "metadataEntryCount", "notes", "outcome", "problems",
    "schemaVersion", "sectorByteCount", "subject", "tail", "unansweredOperationCount",
    "unflushedEntryCount", "version", "writes",
  ]

  private static let entryKeys = [
    "clientOperation", "completionIndex", "deviceByteCount", "deviceByteOffset", "flags",
    "headerByteOffset", "index", "kind", "submissionIndex", "task", "text",
  ]

  init() throws {
    folder = try TemporaryFolder()
  }

  /// A write at 4096 with FUA and METADATA, a FLUSH, marks with what a terminal must not see, a
  /// discard: by Python, in sectors of 1024 bytes. The count says `counted`.
  private func makeLog(counted: Int = 5) throws {
    let program = """
      import struct, sys
      S = 1024
      log = struct.pack('<QQQI', 0x6a736677736872, 1, int(sys.argv[2]), S).ljust(S, b'\\0')
      def entry(sector, count, flags, text=b'', data=b''):
          head = struct.pack('<QQQQ', sector, count, flags, len(text)) + text
          return head.ljust(S, b'\\0') + data
      log += entry(4, 2, 18, data=b'A' * 2048)
      log += entry(0, 0, 1)
      log += entry(0, 0, 8, text=b'"q" \\\\ \\x1b[31m\\n <&>')
      log += entry(0, 0, 8, text=b'pc1 size 65536')
      log += entry(8, 3, 4)
      open(sys.argv[1], 'wb').write(log)
      """
    try Peer(program: "python3", package: "python3").run(["-c", program, log, "\(counted)"])
  }

  @Test func everyKeyIsThereAndSixtyFourBitsAreHexadecimal() throws {
    try makeLog()
    let run = try ToolRun(["inspect", log, "--format", "json"])
    #expect(run.status == 0)
    let report = try run.json
    #expect(report.keys.keys.sorted() == Self.keys)
    #expect(report.number("schemaVersion") == 1)
    #expect(report.text("command") == "inspect")
    #expect(report.text("subject") == log)
    #expect(report.text("logByteCount") == "0x2000")
    #expect(report.number("sectorByteCount") == 1024)
    #expect(report.text("countedEntryCount") == "0x5")
    #expect(report.number("entryCount") == 5)
    #expect(report.text("endByteOffset") == "0x2000")
    #expect(report.isNull("logIdentity"))
    #expect(report.number("extensionEntryCount") == 0)
    #expect(try report.object("writes").text("byteCount") == "0x800")
    #expect(try report.object("writes").number("entryCount") == 1)
    #expect(try report.object("discards").text("byteCount") == "0xc00")
    #expect(report.number("flushEntryCount") == 1)
    #expect(report.number("fuaEntryCount") == 1)
    #expect(report.number("metadataEntryCount") == 1)
    #expect(report.number("markEntryCount") == 2)
    #expect(report.number("clientMarkCount") == 1)
    #expect(report.text("markedDeviceByteCount") == "0x10000")
    #expect(report.number("unflushedEntryCount") == 1)
    #expect(report.text("deviceEndByteOffset") == "0x2c00")
    #expect(try report.object("tail").text("state") == "none")
    #expect(
      try report.object("tail").keys.keys.sorted() == ["entryCount", "foreignLogIdentity", "state"])
    #expect(report.isNull("entries"))
    #expect(try report.list("problems").isEmpty)
  }

  @Test func entriesAreListedInFull() throws {
    try makeLog()
    let run = try ToolRun(["inspect", log, "--format", "json", "--entries"])
    let entries = try run.json.list("entries")
    #expect(entries.map { $0.keys.keys.sorted() } == Array(repeating: Self.entryKeys, count: 5))
    #expect(entries.compactMap { $0.number("index") } == [0, 1, 2, 3, 4])
    #expect(
      entries.compactMap { $0.text("kind") } == ["write", "flush", "mark", "mark", "discard"])
    #expect(
      entries.compactMap { $0.text("flags") }
        == ["FUA|METADATA", "FLUSH", "MARK", "MARK", "DISCARD"])
    #expect(
      entries.compactMap { $0.text("headerByteOffset") }
        == ["0x400", "0x1000", "0x1400", "0x1800", "0x1c00"])
    #expect(entries[0].text("deviceByteOffset") == "0x1000")
    #expect(entries[4].text("deviceByteCount") == "0xc00")
    #expect(entries[2].text("text") == "\"q\" \\ \u{1b}[31m\n <&>")
    #expect(entries[0].isNull("text") && entries[0].isNull("submissionIndex"))
  }

  @Test(arguments: [false, true])
  func keysAreSortedAsAnotherParserReadsThem(hasEntries: Bool) throws {
    try makeLog()
    let run = try ToolRun(
      ["inspect", log, "--format", "json"] + (hasEntries ? ["--entries"] : []))
    try OutputFile.write(run.result, to: folder.path("report.json"))
    try Peer(program: "python3", package: "python3").run([
      "-c",
      """
      import json, sys
      def pairs(found):
          names = [name for name, _ in found]
          assert names == sorted(set(names)), names
          return dict(found)
      json.load(open(sys.argv[1]), object_pairs_hook=pairs)
      """, folder.path("report.json"),
    ])
  }

  /// A list longer than one piece of output is one document all the same.
  @Test func longListIsOneDocument() throws {
    let program = """
      import struct, sys
      log = struct.pack('<QQQI', 0x6a736677736872, 1, 2000, 512).ljust(512, b'\\0')
      log += struct.pack('<QQQQ', 0, 0, 1, 0).ljust(512, b'\\0') * 2000
      open(sys.argv[1], 'wb').write(log)
      """
    try Peer(program: "python3", package: "python3").run(["-c", program, log])
    let run = try ToolRun(["inspect", log, "--format", "json", "--entries"])
    #expect(run.result.utf8.count > 1 << 17)
    #expect(try run.json.list("entries").count == 2000)
  }

  @Test func problemsAreWholeAndEndWithStatusOne() throws {
    try makeLog(counted: 9)
    let run = try ToolRun(["inspect", log, "--format", "json"])
    #expect(run.status == 1)
    let problem = try #require(run.json.list("problems").first)
    #expect(
      problem.keys.keys.sorted()
        == ["byteOffset", "entryIndex", "expected", "field", "found", "hint", "rule", "severity"])
    #expect(problem.text("rule") == "L04")
    #expect(problem.number("entryIndex") == 5)
    #expect(problem.text("field") == "entryCount")
    #expect(problem.text("byteOffset") == "0x10")
    #expect(problem.text("expected") == "at most 5")
    #expect(problem.text("found") == "9")
  }

  @Test func tailIsTold() throws {
    try makeLog(counted: 2)
    let left = try ToolRun(["inspect", log, "--format", "json"]).json
    #expect(try left.object("tail").text("state") == "unproven")
    #expect(try left.object("tail").number("entryCount") == 3)
    #expect(left.number("entryCount") == 2)
    #expect(try #require(left.keys["notes"] as? [String]).first?.contains("--use-tail") == true)
    let used = try ToolRun(["inspect", log, "--format", "json", "--use-tail"]).json
    #expect(try used.object("tail").text("state") == "used")
    #expect(used.number("entryCount") == 5)
  }

  @Test func textShowsNoControlCharactersOfAMark() throws {
    try makeLog()
    let run = try ToolRun(["inspect", log, "--entries"])
    #expect(run.result.contains("'\"q\" \\ ?[31m? <&>'"))
    #expect(!run.result.contains("\u{1b}"))
  }
}

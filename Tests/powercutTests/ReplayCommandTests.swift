import Host
import TestSupport
import Testing

/// `powercut replay` on a log that Python has written, so that each cut is known by hand.
@Suite struct ReplayCommandTests {
  private let folder: TemporaryFolder
  private var log: String { folder.path("L") }
  private var image: String { folder.path("image.raw") }

  /// Six entries: A at 0, the mark "half way", B at 4096, FLUSH, C at 0 (FUA), discard of B.
  private static let makeLog = """
    import struct, sys
    S = 512
    log = struct.pack('<QQQI', 0x6a736677736872, 1, 6, S).ljust(S, b'\\0')
    def entry(sector, count, flags, text=b'', data=b''):
        head = struct.pack('<QQQQ', sector, count, flags, len(text)) + text
        return head.ljust(S, b'\\0') + data
    log += entry(0, 2, 0, data=b'A' * 1024)
    log += entry(0, 0, 8, text=b'half way')
    log += entry(8, 2, 0, data=b'B' * 1024)
    log += entry(0, 0, 1)
    log += entry(0, 1, 2, data=b'C' * 512)
    log += entry(8, 2, 4)
    open(sys.argv[1], 'wb').write(log)
    """

  init() throws {
    folder = try TemporaryFolder()
    try Peer(program: "python3", package: "python3").run(["-c", Self.makeLog, folder.path("L")])
  }

  private static let nothing = "\0"

  struct Cut: CustomTestStringConvertible {
    var options: [String]
    /// The state that the result names.
    var state: String
    /// What is in the first byte of the sectors 0, 1 and 8.
    var found: [String]
    var testDescription: String { options.joined(separator: " ") }
  }

  static let cuts = [
    Cut(options: ["--at", "0"], state: "cut:0", found: [nothing, nothing, nothing]),
    Cut(options: ["--at", "1"], state: "cut:1", found: ["A", "A", nothing]),
    Cut(options: ["--at", "half way"], state: "cut:2", found: ["A", "A", nothing]),
    Cut(options: ["--at", "3"], state: "cut:3", found: ["A", "A", "B"]),
    Cut(options: ["--at", "5"], state: "cut:5", found: ["C", "A", "B"]),
    Cut(options: ["--at", "last"], state: "cut:6", found: ["C", "A", nothing]),
    Cut(options: [], state: "cut:6", found: ["C", "A", nothing]),
    Cut(
      options: ["--state", "cut:3 lost:0"], state: "cut:3 lost:0", found: [nothing, nothing, "B"]),
    Cut(
      options: ["--state", "cut:3 lost:2,0"], state: "cut:3 lost:0,2",
      found: [nothing, nothing, nothing]),
    Cut(options: ["--state", "cut:6 lost:5"], state: "cut:6 lost:5", found: ["C", "A", "B"]),
  ]

  @Test(arguments: cuts)
  func cutIsWritten(cut: Cut) throws {
    let run = try ToolRun(["replay", log, "--image-size", "1MiB", "--output", image] + cut.options)
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
    #expect(run.result.hasPrefix("\(cut.state)  "))
    let bytes = try InputFile.bytes(image)
    #expect(bytes.count == 1 << 20)
    let found = [0, 512, 4096].map { String(decoding: [bytes[$0]], as: UTF8.self) }
    #expect(found == cut.found)
  }

  @Test func imageIsSparse() throws {
    try ToolRun(["replay", log, "--image-size", "1GiB", "--output", image])
    let blocks = try shell("stat -c '%b %s' '\(image)'").split { $0 == " " || $0 == "\n" }
    #expect(blocks.last == "1073741824")
    #expect(try #require(Int(blocks[0])) * 512 < 1 << 20)
  }

  @Test func baseShowsWhereNothingWasWritten() throws {
    try shell("head -c 8192 /dev/zero | tr '\\0' 'z' > '\(folder.path("base"))'")
    let run = try ToolRun(
      ["replay", log, "--base", folder.path("base"), "--at", "3", "--output", image])
    #expect(run.status == 0)
    let bytes = try InputFile.bytes(image)
    #expect(bytes.count == 8192)
    #expect([0, 1024, 4096, 5120].map { bytes[$0] } == Array("AzBz".utf8))
  }

  /// The list's last digest is the one that the image's line names, and each is a state of its own
  /// only where the disk changed.
  @Test func digestsAreOneForEachCut() throws {
    let list = try ToolRun(["replay", log, "--image-size", "1MiB", "--digests"])
    #expect(list.status == 0)
    let lines = list.result.split(separator: "\n").map { $0.split(separator: " ") }
    #expect(lines.map { String($0[0]) } == (0...6).map { "\($0)" })
    let digests = lines.map { String($0[1]) }
    #expect(digests[1] == digests[2], "a mark changes nothing")
    #expect(digests[3] == digests[4], "a flush changes nothing")
    #expect(Set(digests).count == 5)
    let last = try ToolRun(["replay", log, "--image-size", "1MiB", "--output", image])
    #expect(last.result.contains(digests[6]))
  }

  struct Refusal: CustomTestStringConvertible {
    var options: [String]
    var status: Int32
    var named: [String]
    var testDescription: String { options.joined(separator: " ") }
  }

  static let refusals = [
    Refusal(options: ["--at", "7"], status: 2, named: ["--at 7", "6 entries"]),
    Refusal(options: ["--at=-1"], status: 2, named: ["-1"]),
    Refusal(
      options: ["--at", "half"], status: 2, named: ["no mark", "'half'", "it has 'half way'"]),
    Refusal(options: ["--state", "cut:9"], status: 2, named: ["cut", "9"]),
    Refusal(options: ["--state", "cut:3 lost:1"], status: 2, named: ["lost", "1"]),
    Refusal(options: ["--state", "cut:5 lost:0"], status: 2, named: ["lost", "0"]),
    Refusal(options: ["--state", "cut:6 lost:4"], status: 2, named: ["lost", "4"]),
    Refusal(options: ["--state", "somewhere"], status: 2, named: ["somewhere", "cut:"]),
    Refusal(options: ["--base", "/nonexistent"], status: 2, named: ["/nonexistent"]),
    Refusal(options: ["--state", "cut:3", "--at", "3"], status: 64, named: ["use one"]),
    Refusal(options: ["--digests"], status: 64, named: ["leave --output out"]),
  ]

  @Test(arguments: refusals)
  func refusalNamesWhatWasAskedForAndWritesNothing(refusal: Refusal) throws {
    let run = try ToolRun(
      ["replay", log, "--image-size", "1MiB", "--output", image] + refusal.options)
    #expect(run.status == refusal.status)
    #expect(run.result.isEmpty)
    for name in refusal.named { #expect(run.errors.contains(name), "\(run.errors)") }
    #expect(!Folders.exists(image))
  }

  @Test func writeBehindTheDeviceIsRefused() throws {
    let run = try ToolRun(["replay", log, "--image-size", "4KiB", "--output", image])
    #expect(run.status == 2)
    #expect(run.errors.contains("entry 2"))
    #expect(!Folders.exists(image))
    #expect(
      try ToolRun(["replay", log, "--image-size", "4KiB", "--at", "2", "--output", image]).status
        == 0)
  }
}

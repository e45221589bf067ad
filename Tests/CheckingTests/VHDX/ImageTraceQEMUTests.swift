import Bytes
import Checking
import Host
import TestSupport
import Testing
import VHDX
import VHDXJudges
import WriteLog

/// A dynamic image that qemu-img made, and everything that qemu-io then wrote to it.
private struct QEMUTrace {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try Peer.qemuImage.run([
      "create", "-q", "-f", "vhdx", "-o", "block_size=1M,subformat=dynamic", folder.path("V"),
      "64M",
    ])
    try begin()
  }

  /// An image as it stands, instead of a new one.
  init(_ image: [UInt8]) throws {
    folder = try TemporaryFolder()
    try OutputFile.write(image, to: folder.path("V"))
    try begin()
  }

  private func begin() throws {
    try shell("cp '\(folder.path("V"))' '\(folder.path("base"))'")
    try OutputFile.write([], to: folder.path("L"))
  }

  /// One session, after those before it.
  func record(_ commands: [String], isFirst: Bool = false) throws {
    var arguments = ["-t", "writeback", "-d", "unmap"]
    for command in commands { arguments += ["-c", command] }
    let below = "driver=vhdx,file.driver=blklogwrites,file.file.driver=file,file.file.filename="
    arguments += [
      "--image-opts",
      below + folder.path("V") + ",file.log.driver=file,file.log.filename=" + folder.path("L")
        + (isFirst ? "" : ",file.log-append=on"),
    ]
    try Peer.qemuIO.run(arguments)
  }

  var index: WriteLogIndex {
    get throws { try WriteLogIndex(reading: MappedFile.map(folder.path("L"))) }
  }

  func violations() throws -> [Violation] {
    let index = try index
    #expect(index.problems == [])
    let base = RegionImage(try MappedFile.map(folder.path("base")))
    return ImageTraceJudge(index: index, base: base, client: nil).judge()
  }

  /// The image as the first entries of the log leave it, with the length that QEMU gave the file.
  func image(afterEntries entryCount: Int, byteCount: Int) throws -> [UInt8] {
    let index = try index
    var image = try MappedFile.map(folder.path("base")).bytes(in: 0..<8 << 20)
    image += [UInt8](repeating: 0, count: byteCount - image.count)
    for entry in (0..<entryCount).map({ index[$0] }) where entry.kind == .write {
      let start = Int(entry.deviceRange.byteOffset)
      image.replaceSubrange(
        start..<start + entry.payloadRange.count, with: index.region.bytes(in: entry.payloadRange))
    }
    return image
  }
}

/// What the real QEMU 7.2.22 breaks, each looked at by hand, and that it breaks nothing else.
struct ImageTraceQEMUTests {
  /// S05 is true: both headers name the log (entries 6 and 8 of a first session), and the log's
  /// only entry follows after their flushes (10 and 11). A power cut in between leaves an image
  /// whose LogGuid has no sequence. It happens once for each block that is allocated.
  @Test func allocatingWritesNameTheLogBeforeItsEntry() throws {
    let trace = try QEMUTrace()
    try trace.record(
      [
        "write -P 0xa1 0 4k", "write -P 0xa2 3M 8k", "write -P 1 0 4k", "flush",
        "write -P 0xa3 5M 1M", "write -z 7M 1M", "flush",
      ], isFirst: true)
    let found = try trace.violations()
    #expect(found.map(\.rule) == [.s05])
    #expect(found.first?.entries == [6])
    #expect(found.first?.repeatCount == 3)
  }

  @Test func overwritesAloneBreakNothing() throws {
    let first = try QEMUTrace()
    try first.record(["write -P 0xa1 0 4k"], isFirst: true)
    let count = try first.index.entryCount
    let trace = try QEMUTrace(first.image(afterEntries: count, byteCount: 9 << 20))
    try trace.record(
      ["write -P 2 0 4k", "write -P 3 64k 4k", "flush", "write -P 1 0 4k"], isFirst: true)
    #expect(try trace.index.entryCount > 4)
    #expect(try trace.violations() == [])
  }

  @Test func laterSessionsBreakTheSame() throws {
    let trace = try QEMUTrace()
    try trace.record(["write -P 0xa1 0 4k", "flush"], isFirst: true)
    try trace.record(["write -P 0xa2 3M 8k", "write -P 1 0 4k"])
    try trace.record(["read 0 4k"])
    let found = try trace.violations()
    #expect(found.map(\.rule) == [.s05])
    #expect(found.first?.repeatCount == 1)
  }

  /// H15 is true: the header that is written before the replay, for its new FileWriteGuid, brings a
  /// new DataWriteGuid too, also where the guest then only reads. All else of a replay is right.
  @Test(arguments: [["read 0 4k"], ["write -P 5 2M 4k"]])
  func replayChangesDataWriteGUID(commands: [String]) throws {
    let first = try QEMUTrace()
    try first.record(["write -P 0xa1 0 4k"], isFirst: true)
    // Header twice, payload, header twice, log entry in two writes, each group with its flushes.
    let log = try first.index
    try #require(log[12].kind == .flush)
    try #require(log.region.bytes(in: log[10].payloadRange).starts(with: Array("loge".utf8)))
    let dirty = try first.image(afterEntries: 13, byteCount: 9 << 20)

    let trace = try QEMUTrace(dirty)
    try trace.record(commands, isFirst: true)
    let found = try trace.violations()
    let isWriting = commands[0].hasPrefix("write")
    #expect(found.map(\.rule) == (isWriting ? [.s05, .h15] : [.h15]))
    #expect(found.last?.entries == [0])
  }
}

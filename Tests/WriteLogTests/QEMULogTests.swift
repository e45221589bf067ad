import Bytes
import Host
import TestSupport
import Testing

@testable import WriteLog

/// A raw image in a folder of its own, and a log that QEMU's blklogwrites driver records above it.
private struct QEMULog {
  let folder: TemporaryFolder
  var path: String { folder.path("L") }

  init(_ bytes: [UInt8] = []) throws {
    folder = try TemporaryFolder()
    // The driver wants the log to exist.
    try OutputFile.write(bytes, to: path)
    let image = try SparseImageFile(folder.path("R"), byteCount: 64 << 20)
    try image.finish()
  }

  /// Runs qemu-io's commands, and a kill by SIGKILL after them where that is wanted.
  func record(_ commands: [String], options: String, isKilled: Bool = false) throws {
    var arguments = ["-t", "writeback", "-d", "unmap"]
    for command in commands { arguments += ["-c", command] }
    if isKilled { arguments += ["-c", "sigraise 9"] }
    let image = "driver=blklogwrites,file.driver=raw,file.file.driver=file,file.file.filename="
    arguments += [
      "--image-opts",
      image + folder.path("R") + ",log.driver=file,log.filename=\(path)," + options,
    ]
    let outcome = try Peer.qemuIO.attempt(arguments)
    let expected: ChildProcess.Status = isKilled ? .signalled(9) : .exited(0)
    try #require(outcome.status == expected, "\(outcome.outputText)\(outcome.errorText)")
  }

  func index(_ options: LogReadingOptions = LogReadingOptions()) throws -> WriteLogIndex {
    try WriteLogIndex(reading: try MappedFile.map(path), options: options)
  }
}

/// An entry as these tests compare it: kind, and the range in bytes.
private struct Seen: Equatable, CustomStringConvertible {
  var kind: LogEntry.Kind
  var byteOffset: UInt64 = 0
  var byteCount: UInt64 = 0

  static func write(_ byteOffset: UInt64, _ byteCount: UInt64) -> Seen {
    Seen(kind: .write, byteOffset: byteOffset, byteCount: byteCount)
  }

  static func discard(_ byteOffset: UInt64, _ byteCount: UInt64) -> Seen {
    Seen(kind: .discard, byteOffset: byteOffset, byteCount: byteCount)
  }

  static let flush = Seen(kind: .flush)

  var description: String { "\(kind) \(byteOffset) + \(byteCount)" }
}

extension WriteLogIndex {
  fileprivate var seen: [Seen] {
    (0..<entryCount).map {
      let range = self[$0].deviceRange
      return Seen(kind: self[$0].kind, byteOffset: range.byteOffset, byteCount: range.byteCount)
    }
  }
}

struct QEMULogTests {
  /// Two writes, a write-zeroes, a discard, a flush, and one write after it.
  private static let commands = [
    "write -P 0xa1 0 8k", "write -P 0xb2 1M 4k", "write -z 64k 64k", "discard 2M 1M", "flush",
    "write -P 0xc3 4k 4k",
  ]

  private static let flushed: [Seen] = [
    .write(0, 8192), .write(1 << 20, 4096), .write(65536, 65536), .discard(2 << 20, 1 << 20),
    .flush,
  ]

  private static let intervals = ["", ",log-super-update-interval=1"]

  @Test(arguments: [512, 4096], intervals)
  func closedLogIsReadWhole(sector: Int, interval: String) throws {
    let log = try QEMULog()
    try log.record(Self.commands, options: "log-sector-size=\(sector)" + interval)
    let index = try log.index(LogReadingOptions(deviceByteCount: 64 << 20))
    #expect(index.problems == [])
    #expect(index.tail == .none)
    #expect(index.sectorByteCount == UInt32(sector))
    // Closing flushes, and is logged.
    #expect(index.seen == Self.flushed + [.write(4096, 4096), .flush])
    #expect(index.superblock?.entryCount == 7)
    #expect(index.logIdentity == nil)
    #expect(index.endByteOffset == index.region.byteCount)
    // The data is what was written, and zeroes for the write-zeroes.
    let first = index[0].payloadRange
    #expect(index.region.bytes(in: first) == [UInt8](repeating: 0xa1, count: 8192))
    #expect(index.region.isZero(in: index[2].payloadRange))
    #expect(LogSummary(of: index).longestEpochEntryCount == 4)
  }

  @Test(arguments: [512, 4096])
  func killedWriterLeavesAnUnprovenTail(sector: Int) throws {
    let log = try QEMULog()
    try log.record(Self.commands, options: "log-sector-size=\(sector)", isKilled: true)
    let index = try log.index()
    #expect(index.problems == [])
    #expect(index.superblock?.entryCount == 5)
    #expect(index.seen == Self.flushed)
    #expect(index.tail == .unproven(entryCount: 1))
    #expect(!index.isCountStale)

    let asked = try log.index(LogReadingOptions(tail: .all))
    #expect(asked.seen == Self.flushed + [.write(4096, 4096)])
    #expect(asked.tail == .used(entryCount: 1))
    #expect(asked.isCountStale)
  }

  @Test(arguments: [512, 4096])
  func killedWriterThatCountsEachEntryLeavesNoTail(sector: Int) throws {
    let log = try QEMULog()
    try log.record(
      Self.commands, options: "log-sector-size=\(sector),log-super-update-interval=1",
      isKilled: true)
    let index = try log.index()
    #expect(index.problems == [])
    #expect(index.seen == Self.flushed + [.write(4096, 4096)])
    #expect(index.tail == .none)
    #expect(!index.isCountStale)
  }

  @Test(arguments: [512, 4096])
  func writerKilledBeforeItsFirstFlushLeavesNoSuperblock(sector: Int) throws {
    let log = try QEMULog()
    try log.record(
      Array(Self.commands.prefix(4)), options: "log-sector-size=\(sector)", isKilled: true)
    let error = #expect(throws: FormatError.self) { try log.index() }
    #expect(error?.field == "magic")
    #expect(error?.hint.contains("never written") == true)

    let told = try log.index(LogReadingOptions(sectorByteCount: UInt32(sector)))
    #expect(told.superblock == nil)
    #expect(told.entryCount == 0)
    #expect(told.tail == .unproven(entryCount: 4))

    let asked = try log.index(LogReadingOptions(tail: .all, sectorByteCount: UInt32(sector)))
    #expect(asked.problems == [])
    #expect(asked.seen == Array(Self.flushed.prefix(4)))
    #expect(asked.tail == .used(entryCount: 4))
  }

  @Test func olderLogInTheSameFileIsATail() throws {
    let log = try QEMULog()
    try log.record(["write 0 4k", "write 1M 4k"], options: "log-sector-size=4096")
    // Two entries over the older three: the file is not cut off.
    try log.record(["write -P 3 8k 4k"], options: "log-sector-size=4096")
    let index = try log.index()
    #expect(index.problems == [])
    #expect(index.seen == [.write(8192, 4096), .flush])
    // The new log ends where the older one's second data sector stands, which is no header; write
    // again so that it ends where the older third header stands.
    try log.record(["write -P 3 8k 8k"], options: "log-sector-size=4096")
    let later = try log.index()
    #expect(later.seen == [.write(8192, 8192), .flush])
    #expect(later.tail == .unproven(entryCount: 1))
  }

  @Test func requestOfNoBytesIsAWriteOfNothing() throws {
    let log = try QEMULog()
    try log.record(["write 4k 4k", "write 8k 0"], options: "log-sector-size=512")
    let index = try log.index()
    #expect(index.problems == [])
    #expect(index.seen == [.write(4096, 4096), .write(8192, 0), .flush])
  }

  // MARK: Appending

  @Test(arguments: [512, 4096])
  func appendedLogIsOneChain(sector: Int) throws {
    let log = try QEMULog()
    try log.record(Self.commands, options: "log-sector-size=\(sector)")
    try log.record(["write -P 1 12k 4k", "discard 3M 1M"], options: "log-append=on")
    let index = try log.index()
    #expect(index.problems == [])
    #expect(index.tail == .none)
    #expect(index.superblock?.entryCount == 10)
    #expect(
      index.seen
        == Self.flushed + [.write(4096, 4096), .flush]
        + [.write(12288, 4096), .discard(3 << 20, 1 << 20), .flush])
  }

  @Test(arguments: [(512, nil), (4096, nil), (512, 5), (4096, 5)] as [(UInt32, UInt64?)])
  func logThatWeWroteIsContinuedByQEMU(sector: UInt32, identity: UInt64?) throws {
    var bytes: [UInt8] = []
    var writer = LogWriter<Never>(sectorByteCount: sector, logIdentity: identity) { more, at in
      let end = Int(at) + more.count
      if end > bytes.count { bytes += [UInt8](repeating: 0, count: end - bytes.count) }
      bytes.replaceSubrange(Int(at)..<end, with: more)
    }
    writer.appendWrite([UInt8](repeating: 0xa1, count: 8192), at: 4096)
    writer.appendMark("before QEMU")
    writer.appendZeroes(ByteRange(byteOffset: 65536, byteCount: 65536), flags: .fua)
    writer.appendDiscard(ByteRange(byteOffset: 1 << 20, byteCount: 1 << 20))
    writer.appendFlush()
    writer.finish()

    let log = try QEMULog(bytes)
    try log.record(["write -P 0xb2 0 4k", "write -z 8M 64k"], options: "log-append=on")
    let index = try log.index()
    #expect(index.problems == [])
    #expect(index.tail == .none)
    #expect(index.superblock?.entryCount == 8)
    #expect(
      index.seen == [
        .write(4096, 8192), Seen(kind: .mark), .write(65536, 65536),
        .discard(1 << 20, 1 << 20), .flush, .write(0, 4096), .write(8 << 20, 65536), .flush,
      ])
    // QEMU changed nothing of ours but the count, and its entries have no extension.
    let ours = Int(writer.endByteOffset)
    #expect(index.region.bytes(in: 512..<ours) == Array(bytes[512...]))
    #expect((0..<8).map { index[$0].extension != nil } == (0..<8).map { identity != nil && $0 < 5 })

    // And we go on after QEMU.
    var more = try LogWriter<Never>(continuing: index) { _, _ in }
    #expect(more.entryCount == 8)
    more.appendFlush()
    #expect(more.logIdentity == identity)
    #expect(more.endByteOffset == UInt64(index.region.byteCount) + UInt64(sector))
  }
}

import Bytes
import Checking
import Rules
import Testing
import VHDX

/// Entries of the image's log that are written wrongly and flushed.
struct ImageTraceEntryTests {
  private struct Damage {
    var rule: Rule
    /// Where in the entry, and which byte is put there; sealed again unless it is the checksum.
    var byteOffset: Int
    var byte: UInt8
    var isSealed = true
  }

  /// An entry of one data descriptor: header, descriptor at 64, data sector at 4096.
  private static let damages: [Damage] = [
    Damage(rule: .e01, byteOffset: 32, byte: 9),
    Damage(rule: .e02, byteOffset: 5000, byte: 1, isSealed: false),
    Damage(rule: .e03, byteOffset: 9, byte: 0x10),
    Damage(rule: .e04, byteOffset: 12, byte: 1),
    Damage(rule: .e05, byteOffset: 16, byte: 0),
    Damage(rule: .e06, byteOffset: 28, byte: 1),
    Damage(rule: .e07, byteOffset: 48, byte: 1),
    Damage(rule: .e07, byteOffset: 57, byte: 16),
    Damage(rule: .e08, byteOffset: 64, byte: 0x41),
    Damage(rule: .e08, byteOffset: 88, byte: 0x41),
    Damage(rule: .e08, byteOffset: 80, byte: 1),
    Damage(rule: .e10, byteOffset: 4096, byte: 0x41),
    Damage(rule: .e10, byteOffset: 4100, byte: 0x41),
  ]

  /// Bit 0 of the flags after the block size: [MS-VHDX] 2.6.2.1.
  @Test(arguments: [false, true])
  func blockOfAFixedDiskKeepsItsPlace(isFixed: Bool) throws {
    var log = ImageTraceLog()
    if isFixed { log.base.write([1], at: ImageTraceLog.metadata + 65536 + 4) }
    try log.open()
    log.allocate(block: 0)
    log.allocate(block: 1)
    let entry = log.next
    log.log(blockCount: 1)
    log.home(blockCount: 1)
    try log.close()
    let found = try log.violations()
    #expect(found.map(\.rule) == (isFixed ? [.b11] : []))
    #expect(found.map(\.entries) == (isFixed ? [[entry]] : []))
  }

  @Test(arguments: damages.indices)
  func malformedEntryIsFound(index: Int) throws {
    let damage = Self.damages[index]
    var log = ImageTraceLog()
    try log.open()
    log.allocate(block: 0)
    let entry = log.entry([ImageTraceLog.update(blockCount: 1)]) { bytes in
      bytes[damage.byteOffset] = damage.byte
      if damage.isSealed { ImageTraceLog.seal(&bytes) }
    }
    let flush = log.flush()
    let found = try log.violations()
    #expect(found.map(\.rule) == [damage.rule])
    let expected = damage.byteOffset == 32 ? [entry] : [entry, flush]
    #expect(found.first?.entries == expected, "\(found)")
  }

  @Test func zeroDescriptorOfHalfASectorIsFound() throws {
    var log = ImageTraceLog()
    try log.open()
    let range = ByteRange(byteOffset: ImageTraceLog.blockTable, byteCount: 512)
    let entry = log.entry([.zero(range)])
    let flush = log.flush()
    let found = try log.violations()
    #expect(found.map(\.rule) == [.e09])
    #expect(found.first?.entries == [entry, flush])
  }

  @Test func loggedHeaderIsFound() throws {
    var log = ImageTraceLog()
    try log.open()
    let entry = log.entry([.data(ImageTraceLog.sector(1), fileByteOffset: 64 << 10)])
    let flush = log.flush()
    let found = try log.violations()
    #expect(found.map(\.rule) == [.e11])
    #expect(found.first?.entries == [entry, flush])
  }

  @Test func sectorOfNoEntryIsFoundByTheSecondFlush() throws {
    var log = ImageTraceLog()
    try log.open()
    let write = log.write(ImageTraceLog.sector(7), at: ImageTraceLog.log + log.ringByteOffset)
    log.flush()
    #expect(try log.violations() == [])
    let flush = log.flush()
    let found = try log.violations()
    #expect(found.map(\.rule) == [.e01])
    #expect(found.first?.entries == [write, flush])
  }

  /// The write log ends before the flush: the writer was cut off.
  @Test func entryWithoutFlushIsNotJudged() throws {
    var log = ImageTraceLog()
    try log.open()
    log.entry([ImageTraceLog.update(blockCount: 1)]) { $0[5000] = 1 }
    #expect(try log.violations() == [])
  }

  /// A flush for another writer's sake comes between the halves of an entry.
  @Test func entryThatAFlushCutsInTwoIsNotJudgedBeforeItIsWhole() throws {
    var log = ImageTraceLog()
    try log.open()
    log.payload(block: 0)
    let place = ImageTraceLog.log + log.ringByteOffset
    var halves = ImageTraceLog()
    halves.ringByteOffset = log.ringByteOffset
    var bytes: [UInt8] = []
    halves.sequenceNumber = log.sequenceNumber
    halves.fileByteCount = log.fileByteCount
    halves.entry(
      [ImageTraceLog.update(blockCount: 1)], guid: log.current.header.logGUID,
      tail: log.tailByteOffset
    ) { bytes = $0 }
    log.write([UInt8](bytes.prefix(4096)), at: place)
    log.flush()
    log.write([UInt8](bytes.dropFirst(4096)), at: place + 4096)
    log.flush()
    log.home(blockCount: 1)
    log.flush()
    try log.headers(HeaderChange(logGUID: .zero))
    #expect(try log.violations() == [])
  }

  // MARK: Sequence and lengths

  @Test func entryThatSkipsANumberIsFound() throws {
    try expectBrokenRun { $0.sequenceNumber += 1 }
  }

  /// The number is the next one, and the place is not.
  @Test func entryThatLeavesAGapIsFound() throws {
    try expectBrokenRun { $0.ringByteOffset += 8192 }
  }

  private func expectBrokenRun(_ skip: (inout ImageTraceLog) -> Void) throws {
    var log = ImageTraceLog()
    try log.open()
    skip(&log)
    let entry = log.entry()
    log.flush()
    try log.close()
    let found = try log.violations()
    #expect(found.map(\.rule) == [.s01])
    #expect(found.first?.entries == [entry])
  }

  @Test func newRunWithItsOwnTailIsAllowed() throws {
    var log = ImageTraceLog()
    try log.open()
    log.sequenceNumber += 5
    log.ringByteOffset += 8192
    log.entry(tail: log.ringByteOffset)
    try log.close()
    #expect(try log.violations() == [])
  }

  @Test func tailOutsideOfTheRunIsFound() throws {
    var log = ImageTraceLog()
    try log.open()
    let entry = log.entry(tail: 65536)
    log.flush()
    try log.close()
    let found = try log.violations()
    #expect(found.map(\.rule) == [.s02])
    #expect(found.first?.entries == [entry])
  }

  @Test func promisedLengthThatIsNotStableIsFound() throws {
    var log = ImageTraceLog()
    try log.open()
    log.size(5 << 20)
    log.write(ImageTraceLog.sector(1), at: 4 << 20)
    let entry = log.entry([ImageTraceLog.update(blockCount: 1)], flushed: 5 << 20)
    log.flush()
    log.home(blockCount: 1)
    try log.close()
    let found = try log.violations()
    #expect(found.map(\.rule) == [.e12])
    #expect(found.first?.entries == [entry])
  }

  @Test func lengthThatTheLogDoesNotTellIsNotJudged() throws {
    var log = ImageTraceLog()
    try log.open()
    log.write(ImageTraceLog.sector(1), at: 4 << 20)
    log.flush()
    log.entry([ImageTraceLog.update(blockCount: 1)], last: 5 << 20, flushed: 5 << 20)
    log.flush()
    log.home(blockCount: 1)
    try log.close()
    #expect(try log.violations() == [])
  }

  @Test func staleLastFileOffsetIsFound() throws {
    var log = ImageTraceLog()
    try log.open()
    log.allocate(block: 0)
    log.payload(block: 1)
    let entry = log.entry([ImageTraceLog.update(blockCount: 2)], last: 5 << 20)
    log.flush()
    log.home(blockCount: 2)
    try log.close()
    let found = try log.violations()
    #expect(found.map(\.rule) == [.e12])
    #expect(found.first?.entries == [entry])
  }

  @Test func fileThatIsCutUnderThePromiseIsFound() throws {
    var log = ImageTraceLog()
    try log.open()
    log.size(6 << 20)
    log.flush()
    log.entry()
    log.flush()
    let cut = log.size(4 << 20)
    log.fileByteCount = 4 << 20
    try log.close()
    let found = try log.violations()
    #expect(found.map(\.rule) == [.e12])
    #expect(found.first?.entries == [cut])
  }
}

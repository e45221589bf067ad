import Bytes
import Testing
import VHDX

@Suite struct HeaderPairTests {
  private static let fileByteCount: UInt64 = 8 << 20

  private static func file(_ first: [UInt8]?, _ second: [UInt8]?) -> MemoryImage {
    let file = MemoryImage(SparseBytes(byteCount: fileByteCount))
    if let first { file.write(first, at: 65536) }
    if let second { file.write(second, at: 131072) }
    return file
  }

  private static func current(
    _ first: [UInt8]?, _ second: [UInt8]?, _ options: HeaderReadingOptions = .strict
  ) throws(FormatError) -> CurrentHeader {
    try HeaderPair(reading: file(first, second)).current(options, fileByteCount: fileByteCount)
  }

  @Test func theLargerSequenceNumberIsCurrent() throws {
    #expect(try Self.current(QEMUHeader.first, QEMUHeader.second).slot == .second)
    #expect(try Self.current(QEMUHeader.second, QEMUHeader.first).slot == .first)
  }

  @Test func theOnlyValidHeaderIsCurrent() throws {
    let torn = [UInt8](QEMUHeader.second.prefix(10)) + [1]
    #expect(try Self.current(QEMUHeader.first, torn).slot == .first)
    #expect(try Self.current(torn, QEMUHeader.first).slot == .second)
    #expect(try Self.current(nil, QEMUHeader.first).slot == .second)
    #expect(throws: FormatError.self) { try Self.current(nil, torn) }
  }

  @Test func equalSequenceNumbersAreRefusedUnlessIdenticalOnesAreAccepted() throws {
    #expect(throws: FormatError.self) { try Self.current(QEMUHeader.first, QEMUHeader.first) }
    #expect(try Self.current(QEMUHeader.first, QEMUHeader.first, .qemu).slot == .first)
    var other = QEMUHeader.header
    other.fileWriteGUID.low ^= 1
    #expect(throws: FormatError.self) {
      try Self.current(QEMUHeader.first, other.encode(), .qemu)
    }
  }

  @Test func aVersionCountsInTheCurrentHeaderOnly() throws {
    var foreign = QEMUHeader.header
    foreign.version = 2
    #expect(try Self.current(foreign.encode(), QEMUHeader.second).slot == .second)
    foreign.sequenceNumber += 7
    #expect(throws: FormatError.self) { try Self.current(foreign.encode(), QEMUHeader.second) }
    #expect(try Self.current(foreign.encode(), QEMUHeader.second, .qemu).slot == .second)
  }

  @Test func aFileThatEndsInsideTheHeadersHasNoHeaderThere() throws {
    for byteCount: UInt64 in [0, 65536, 65536 + 4095, 131072] {
      let file = Self.file(QEMUHeader.first, QEMUHeader.second)
      file.resize(toByteCount: byteCount)
      let pair = HeaderPair(reading: file)
      #expect((pair.first.header != nil) == (byteCount == 131072))
      #expect(pair.second.header == nil)
    }
  }

  @Test func reservedBytesAreReadButNoted() throws {
    var bytes = QEMUHeader.first
    bytes[100] = 1
    let pair = HeaderPair(reading: Self.file(bytes, QEMUHeader.second))
    #expect(!pair.first.isReservedZero)
    #expect(pair.second.isReservedZero)
  }

  @Test func anUpdateGoesIntoTheOtherSlotWithTheNextNumber() throws {
    let pair = HeaderPair(reading: Self.file(QEMUHeader.first, QEMUHeader.second))
    let guid = GUID(low: 1, high: 2)
    let write = try pair.updated(
      HeaderChange(logGUID: guid), fileByteCount: Self.fileByteCount)
    #expect(write.current.slot == .first)
    #expect(write.byteOffset == 65536)
    var expected = QEMUHeader.header
    expected.sequenceNumber = 0x4ce3_68f4
    expected.logGUID = guid
    #expect(try VHDXHeader(parsing: write.bytes, at: 65536) == expected)
    let again = try write.current.updated()
    #expect(again.byteOffset == 131072)
    expected.sequenceNumber += 1
    #expect(again.current.header == expected)
  }

  @Test func noHeaderFollowsTheLastSequenceNumber() {
    var header = QEMUHeader.header
    header.sequenceNumber = .max
    #expect(throws: FormatError.self) {
      try CurrentHeader(slot: .first, header: header).updated()
    }
  }
}

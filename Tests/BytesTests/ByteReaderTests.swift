import Bytes
import Testing

@Suite struct ByteReaderTests {
  private static let bytes: [UInt8] = [0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x10]

  @Test func fieldsAreLittleEndianAndFollowEachOther() throws {
    var reader = ByteReader(ByteRegion(Self.bytes))
    #expect(try reader.read("first", as: UInt8.self) == 0x01)
    #expect(try reader.read("second", as: UInt16.self) == 0x4523)
    #expect(try reader.read("third", as: UInt32.self) == 0xcdab_8967)
    #expect(reader.byteOffset == 7)
    #expect(try reader.readBytes("rest", byteCount: 2) == [0xef, 0x10])
    #expect(reader.byteOffset == 9)
  }

  @Test func readingStartsWhereItIsTold() throws {
    var reader = ByteReader(ByteRegion(Self.bytes), at: 1)
    #expect(try reader.read("word", as: UInt64.self) == 0x10ef_cdab_8967_4523)
  }

  @Test func aMissingFieldIsNamedWithItsPlace() throws {
    var reader = ByteReader(ByteRegion(Self.bytes))
    _ = try reader.read("magic", as: UInt64.self)
    let error = #expect(throws: FormatError.self) {
      try reader.read("entryCount", as: UInt32.self)
    }
    #expect(error?.kind == .truncated)
    #expect(
      error?.description
        == "'entryCount' at byte 8: expected 4 bytes, found 1. The file ends too early: "
        + "copy it again, or check whether its writer was killed.")
    #expect(reader.byteOffset == 8)
    #expect(try reader.read("padding", as: UInt8.self) == 0x10)
  }

  @Test func theLimitCountsAsTheEnd() {
    var reader = ByteReader(ByteRegion(Self.bytes), at: 2, byteCount: 3)
    let error = #expect(throws: FormatError.self) { try reader.read("word", as: UInt32.self) }
    #expect(error?.found == "3")
    #expect(throws: Never.self) { try reader.readBytes("three", byteCount: 3) }
  }

  @Test func startingBehindTheEndFindsNothing() {
    var reader = ByteReader(ByteRegion(Self.bytes), at: 100)
    let error = #expect(throws: FormatError.self) { try reader.read("byte", as: UInt8.self) }
    #expect(error?.byteOffset == 100)
    #expect(error?.found == "0")
  }

  @Test(arguments: 0..<8) func everyTruncationOfAWordIsRefused(byteCount: Int) {
    var reader = ByteReader(ByteRegion(Array(Self.bytes.prefix(byteCount))))
    let error = #expect(throws: FormatError.self) { try reader.read("word", as: UInt64.self) }
    #expect(error?.found == "\(byteCount)")
  }

  @Test func hugeCountsFromAFileAreRefused() {
    var reader = ByteReader(ByteRegion(Self.bytes))
    #expect(throws: FormatError.self) { try reader.readBytes("payload", byteCount: .max) }
  }

  @Test func aNegativeOffsetTraps() async {
    await #expect(processExitsWith: .failure) { _ = ByteReader(ByteRegion([]), at: -1) }
  }
}

import Host
import Testing

@testable import Recorder

/// A program was killed in a call: what its file holds tells how far the call came.
@Suite struct UnfinishedCallTests {
  private static let write: UInt32 = 2
  private static let resize: UInt32 = 3
  private static let allocate: UInt32 = 4
  private static let appends: UInt32 = 4

  private func doneByteCount(
    kind: UInt32, flags: UInt32 = 0, byteOffset: UInt64, contents: String
  ) throws -> UInt64? {
    let file = try JournalFile()
    defer { file.journal.close() }
    try file.putChunk(
      kind: kind, flags: flags, completed: 0, byteOffset: byteOffset,
      payload: kind == Self.write ? Array("abcdef".utf8) : [])
    let record = try #require(try file.journal.newRecords().first)
    #expect(record.completed == nil)
    let path = file.folder.path("file")
    try OutputFile.write(contents, to: path)
    return try UnfinishedCall(record).doneByteCount(in: path)
  }

  @Test(arguments: [
    ("xxabcdefxx", UInt64?(6)), ("xxabcdef", 6), ("xxabcxxxxx", 3), ("xxabc", 3),
    ("xxyyyyyyxx", nil),
    ("xx", nil), ("", nil),
  ])
  func aWriteCameAsFarAsTheFileHasItsData(contents: String, expected: UInt64?) throws {
    #expect(
      try doneByteCount(kind: Self.write, byteOffset: 2, contents: contents) == expected)
  }

  @Test func whereAnAppendWasToGoIsNotKnown() throws {
    let found = try doneByteCount(
      kind: Self.write, flags: Self.appends, byteOffset: 0, contents: "abcdef")
    #expect(found == nil)
  }

  @Test(arguments: [("12345", UInt64?(0)), ("1234", nil)])
  func aResizeWasCarriedOutWhereTheFileHasItsLength(contents: String, expected: UInt64?) throws {
    #expect(try doneByteCount(kind: Self.resize, byteOffset: 5, contents: contents) == expected)
  }

  @Test func anAllocationShowsNothing() throws {
    #expect(try doneByteCount(kind: Self.allocate, byteOffset: 0, contents: "12345") == nil)
  }
}

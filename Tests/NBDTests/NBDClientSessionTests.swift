import Bytes
import Testing

@testable import NBD

/// A client without a transport, against a server's bytes as doc/proto.md of the NBD project lays them out,
/// written by hand.
@Suite struct NBDClientSessionTests {
  private static let greeting: [UInt8] = Array("NBDMAGICIHAVEOPT".utf8) + [0, 3]
  private static let answerHead: [UInt8] = [
    0x00, 0x03, 0xe8, 0x89, 0x04, 0x55, 0x65, 0xa9, 0, 0, 0, 7,
  ]
  /// 1 MiB; flags, flush, FUA, write-zeroes.
  private static let export: [UInt8] =
    answerHead + [0, 0, 0, 3, 0, 0, 0, 12]
    + [0, 0, 0, 0, 0, 0, 0, 0x10, 0, 0, 0x00, 0x4d]
    + answerHead + [0, 0, 0, 1, 0, 0, 0, 0]
  private static let goodbye: [UInt8] =
    [0x25, 0x60, 0x95, 0x13, 0, 0, 0, 2] + [UInt8](repeating: 0, count: 20)

  private static func connected() throws -> NBDClientSession {
    var session = NBDClientSession()
    session.receive(greeting + export)
    try session.advance()
    _ = session.takeOutput()
    return session
  }

  private static func answer(_ cookie: UInt8, error: UInt8 = 0, _ data: [UInt8] = []) -> [UInt8] {
    [0x67, 0x44, 0x66, 0x98, 0, 0, 0, error, 0, 0, 0, 0, 0, 0, 0, cookie] + data
  }

  @Test func nothingIsSentBeforeTheServerSpeaks() throws {
    var session = NBDClientSession()
    try session.advance()
    #expect(session.takeOutput().isEmpty)
    session.receive(Self.greeting)
    try session.advance()
    #expect(session.export == nil)
    #expect(session.takeOutput().starts(with: [0, 0, 0, 3] + Array("IHAVEOPT".utf8)))
    // What was taken is sent once.
    #expect(session.takeOutput().isEmpty)
    session.receive(Self.export)
    try session.advance()
    #expect(session.export?.byteCount == 1 << 20)
  }

  @Test func requestsAreNumberedAndAnsweredInAnyOrder() throws {
    var session = try Self.connected()
    let flush = try session.submit(.flush)
    let read = try session.submit(.read(ByteRange(byteOffset: 512, byteCount: 3)))
    #expect([flush, read] == [1, 2])
    let head: [UInt8] = [0x25, 0x60, 0x95, 0x13, 0, 0]
    #expect(
      session.takeOutput()
        == head + [0, 3, 0, 0, 0, 0, 0, 0, 0, 1] + [UInt8](repeating: 0, count: 12)
        + head + [0, 0, 0, 0, 0, 0, 0, 0, 0, 2]
        + [0, 0, 0, 0, 0, 0, 2, 0] + [0, 0, 0, 3])
    let bytes = Self.answer(2, [7, 8, 9]) + Self.answer(1, error: 5)
    session.receive(Array(bytes.prefix(18)))
    try session.advance()
    #expect(session.answers.isEmpty)
    session.receive(Array(bytes.dropFirst(18)))
    try session.advance()
    #expect(session.answers.map(\.handle) == [2, 1])
    #expect(session.answers.map(\.errorNumber) == [0, 5])
    #expect(session.answers.first?.bytes == [7, 8, 9])
  }

  @Test func aGoodbyeComesBehindTheRequests() throws {
    var session = try Self.connected()
    _ = try session.submit(.flush)
    session.disconnect()
    #expect(session.takeOutput().count == 56)
    session.disconnect()
    #expect(session.takeOutput() == Self.goodbye)
  }

  @Test func answersInFrontOfNonsenseAreKept() throws {
    var session = try Self.connected()
    _ = try session.submit(.flush)
    session.receive(Self.answer(1) + Self.answer(9))
    #expect(throws: NBDClientError.self) { try session.advance() }
    #expect(session.answers.map(\.handle) == [1])
  }

  @Test func aRequestThatHasNoRoomIsNone() throws {
    var session = try Self.connected()
    #expect(throws: NBDClientError.self) {
      _ = try session.submit(.read(ByteRange(byteOffset: 0, byteCount: 1 << 40)))
    }
    #expect(session.takeOutput().isEmpty)
    #expect(try session.submit(.flush) == 1)
  }
}

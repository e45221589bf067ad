import Bytes
import NIOCore
import Testing

@testable import NBD

/// Requests and answers, as doc/proto.md of the NBD project lays them out, written by hand.
@Suite struct NBDAnswerReaderTests {
  private static func answer(_ error: UInt8, to cookie: UInt8, _ data: [UInt8] = []) -> [UInt8] {
    [0x67, 0x44, 0x66, 0x98, 0, 0, 0, error, 0, 0, 0, 0, 0, 0, 0, cookie] + data
  }

  private static func sent(_ request: NBDClientRequest) throws -> [UInt8] {
    Array(try request.encode(cookie: 0x0102_0304_0506_0708).readableBytesView)
  }

  @Test func eachRequestHasItsBytes() throws {
    func header(_ flags: UInt8, _ command: UInt8, _ place: [UInt8], _ count: [UInt8]) -> [UInt8] {
      [0x25, 0x60, 0x95, 0x13, 0, flags, 0, command, 1, 2, 3, 4, 5, 6, 7, 8] + place + count
    }
    let place: [UInt8] = [0, 0, 0, 1, 0, 0, 2, 0]
    let range = ByteRange(byteOffset: 0x1_0000_0200, byteCount: 3)
    let count: [UInt8] = [0, 0, 0, 3]
    #expect(try Self.sent(.read(range)) == header(0, 0, place, count))
    #expect(
      try Self.sent(.write([7, 8, 9], at: 0x1_0000_0200, isFUA: true))
        == header(1, 1, place, count) + [7, 8, 9])
    #expect(try Self.sent(.trim(range)) == header(0, 4, place, count))
    #expect(
      try Self.sent(.writeZeroes(range, isFUA: true, keepsSpace: true))
        == header(3, 6, place, count))
    #expect(
      try Self.sent(.flush) == header(0, 3, [0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0]))
    #expect(
      Array(NBDRequest.disconnect().readableBytesView)
        == [0x25, 0x60, 0x95, 0x13, 0, 0, 0, 2] + [UInt8](repeating: 0, count: 20))
  }

  @Test func whatHasNoRoomInARequestIsNotSent() {
    for request in [
      .read(ByteRange(byteOffset: 0, byteCount: 32 << 20 + 1)),
      .trim(ByteRange(byteOffset: 0, byteCount: 1 << 32)),
      .write([1, 2], at: .max),
    ] as [NBDClientRequest] {
      #expect(throws: NBDClientError.self) { try request.encode(cookie: 1) }
    }
  }

  @Test func answersComeInAnyOrderAndInPieces() throws {
    var reader = NBDAnswerReader()
    reader.expect(1, answerByteCount: 2)
    reader.expect(2, answerByteCount: 0)
    reader.expect(3, answerByteCount: 4096)
    let bytes = Self.answer(0, to: 2) + Self.answer(5, to: 3) + Self.answer(0, to: 1, [8, 9])
    var input = ByteBuffer()
    var answers: [NBDAnswer] = []
    for byte in bytes {
      input.writeInteger(byte)
      if let answer = try reader.next(&input) { answers.append(answer) }
    }
    #expect(
      answers == [
        NBDAnswer(handle: 2, errorNumber: 0), NBDAnswer(handle: 3, errorNumber: 5),
        NBDAnswer(handle: 1, errorNumber: 0, bytes: [8, 9]),
      ])
    #expect(reader.requestCount == 0)
  }

  @Test(
    arguments: [
      answer(0, to: 9), answer(0, to: 1) + answer(0, to: 1),
      [0x66, 0x8e, 0x33, 0xef] + answer(0, to: 1).dropFirst(4),
    ] as [[UInt8]])
  func whatNobodyAskedForIsAnError(bytes: [UInt8]) throws {
    var reader = NBDAnswerReader()
    reader.expect(1, answerByteCount: 0)
    var input = ByteBuffer(bytes: bytes)
    #expect(throws: NBDClientError.self) {
      while try reader.next(&input) != nil {}
    }
  }
}

import NIOCore

/// Takes a server's answers apart. Only those to requests that were sent are answers.
///
///     byte  0  4  magic        0x67446698
///     byte  4  4  errorNumber  0: it was carried out
///     byte  8  8  cookie       of the request
///     byte 16     the data of a read without an error
///
/// Source: doc/proto.md, "Simple reply message".
struct NBDAnswerReader {
  private static let headerByteCount = 16

  /// How much data belongs to a good answer, by cookie.
  private var expectedByteCounts: [UInt64: Int] = [:]

  var requestCount: Int { expectedByteCounts.count }

  mutating func expect(_ cookie: UInt64, answerByteCount: Int) {
    expectedByteCounts[cookie] = answerByteCount
  }

  /// Takes one answer off `input`; `nil` where it is not whole yet.
  mutating func next(_ input: inout ByteBuffer) throws(NBDClientError) -> NBDAnswer? {
    guard input.readableBytes >= Self.headerByteCount else { return nil }
    var bytes = input
    guard bytes.readInteger(as: UInt32.self) == NBDMagic.simpleReply,
      let errorNumber = bytes.readInteger(as: UInt32.self),
      let cookie = bytes.readInteger(as: UInt64.self)
    else { throw .notTheProtocol("an answer that is none") }
    guard let expected = expectedByteCounts[cookie] else {
      throw .notTheProtocol("an answer to a request that is not in flight")
    }
    var answer = NBDAnswer(handle: cookie, errorNumber: errorNumber)
    if errorNumber == 0, expected > 0 {
      guard let data = bytes.readBytes(length: expected) else { return nil }
      answer.bytes = data
    }
    input = bytes
    expectedByteCounts[cookie] = nil
    return answer
  }
}

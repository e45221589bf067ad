import NIOCore

/// A client's side of one connection without its transport: what has come goes in, what is to be sent comes
/// out, and nothing waits.
///
///     var session = NBDClientSession()
///     session.receive(bytesThatCame)
///     try session.advance()                     // asks for the export, takes answers apart
///     send(session.takeOutput())
///     if session.export != nil { let handle = try session.submit(.flush) }
package struct NBDClientSession: Sendable {
  /// What the server told of the export; `nil` until it has.
  package private(set) var export: NBDExportDescription?
  /// In the order in which they came; whoever takes them empties it.
  package var answers: [NBDAnswer] = []

  private var negotiation: NBDClientNegotiation
  private var reader = NBDAnswerReader()
  private var input = ByteBuffer()
  private var output = ByteBuffer()
  private var lastHandle: UInt64 = 0

  package init(exportName: String = "") {
    negotiation = NBDClientNegotiation(exportName: exportName)
  }

  /// Takes in bytes of the server's.
  package mutating func receive(_ bytes: [UInt8]) {
    input.writeBytes(bytes)
  }

  /// Goes as far as what has come allows.
  ///
  /// - Throws: ``NBDClientError`` where the server refuses, or speaks another protocol. What came in front
  ///   of that is in ``answers``.
  package mutating func advance() throws(NBDClientError) {
    if export == nil, case .transmission(let found) = try negotiation.advance(&input, &output) {
      export = found
    }
    guard export != nil else { return }
    while let answer = try reader.next(&input) { answers.append(answer) }
    input.discardReadBytes()
  }

  /// Puts a request into what is to be sent.
  ///
  /// - Returns: the number that its answer will have; numbers begin at 1 and go up.
  /// - Throws: ``NBDClientError/cannotBeSent(_:)``.
  /// - Precondition: there is an ``export``.
  package mutating func submit(_ request: NBDClientRequest) throws(NBDClientError) -> UInt64 {
    precondition(export != nil, "requests come behind the negotiation")
    var bytes = try request.encode(cookie: lastHandle + 1)
    lastHandle += 1
    reader.expect(lastHandle, answerByteCount: request.answerByteCount)
    output.writeBuffer(&bytes)
    return lastHandle
  }

  /// How many requests have no answer yet among what has come.
  package var unansweredCount: Int { reader.requestCount }

  /// Puts a good-bye into what is to be sent. It has no answer.
  package mutating func disconnect() {
    var bytes = NBDRequest.disconnect()
    output.writeBuffer(&bytes)
  }

  /// What is to be sent; the next call has only what came after it.
  package mutating func takeOutput() -> [UInt8] {
    defer { output.clear() }
    return Array(output.readableBytesView)
  }
}

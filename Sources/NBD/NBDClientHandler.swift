import NIOCore

/// A client's connection on its event loop.
final class NBDClientHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private var negotiation: NBDClientNegotiation
  private var ready: EventLoopPromise<NBDExportDescription>?
  private let queue: NBDAnswerQueue
  private var reader = NBDAnswerReader()
  private var input = ByteBuffer()
  private var isFailed = false

  init(
    exportName: String, queue: NBDAnswerQueue, ready: EventLoopPromise<NBDExportDescription>
  ) {
    negotiation = NBDClientNegotiation(exportName: exportName)
    self.queue = queue
    self.ready = ready
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if isFailed { return }
    var bytes = unwrapInboundIn(data)
    input.writeBuffer(&bytes)
    do throws(NBDClientError) {
      if ready == nil { try takeAnswers() } else { try negotiate(context) }
    } catch {
      fail(error)
      context.close(promise: nil)
    }
  }

  func channelInactive(context: ChannelHandlerContext) { fail(.closedByServer) }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    fail(.closedByServer)
    context.close(promise: nil)
  }

  /// Sends a request whose answer will be in the queue.
  func send(
    _ bytes: ByteBuffer, cookie: UInt64, answerByteCount: Int, _ channel: any Channel
  ) {
    if isFailed { return }
    reader.expect(cookie, answerByteCount: answerByteCount)
    channel.writeAndFlush(bytes, promise: nil)
  }

  private func negotiate(_ context: ChannelHandlerContext) throws(NBDClientError) {
    var output = ByteBuffer()
    let step = try negotiation.advance(&input, &output)
    if output.readableBytes > 0 { context.writeAndFlush(wrapOutboundOut(output), promise: nil) }
    guard case .transmission(let description) = step else { return }
    ready?.succeed(description)
    ready = nil
    try takeAnswers()
  }

  private func takeAnswers() throws(NBDClientError) {
    var answers: [NBDAnswer] = []
    // What came in front of nonsense is an answer all the same.
    defer { if !answers.isEmpty { queue.put(answers) } }
    while let answer = try reader.next(&input) { answers.append(answer) }
    input.discardReadBytes()
  }

  func fail(_ error: NBDClientError) {
    isFailed = true
    input = ByteBuffer()
    ready?.fail(error)
    ready = nil
    queue.fail(error)
  }
}

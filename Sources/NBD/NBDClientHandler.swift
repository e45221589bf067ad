import NIOCore

/// A client's connection on its event loop.
final class NBDClientHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private var session: NBDClientSession
  private var ready: EventLoopPromise<NBDExportDescription>?
  private let queue: NBDAnswerQueue
  private var isFailed = false

  init(
    exportName: String, queue: NBDAnswerQueue, ready: EventLoopPromise<NBDExportDescription>
  ) {
    session = NBDClientSession(exportName: exportName)
    self.queue = queue
    self.ready = ready
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if isFailed { return }
    var bytes = unwrapInboundIn(data)
    session.receive(&bytes)
    do throws(NBDClientError) {
      try session.advance()
    } catch {
      // What came in front of nonsense is an answer all the same.
      passAnswersOn()
      fail(error)
      context.close(promise: nil)
      return
    }
    let output = session.takeOutputBuffer()
    if output.readableBytes > 0 { context.writeAndFlush(wrapOutboundOut(output), promise: nil) }
    guard let export = session.export else { return }
    ready?.succeed(export)
    ready = nil
    passAnswersOn()
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
    session.expectAnswer(to: cookie, byteCount: answerByteCount)
    channel.writeAndFlush(bytes, promise: nil)
  }

  private func passAnswersOn() {
    if session.answers.isEmpty { return }
    queue.put(session.answers)
    session.answers = []
  }

  func fail(_ error: NBDClientError) {
    isFailed = true
    session.dropInput()
    ready?.fail(error)
    ready = nil
    queue.fail(error)
  }
}

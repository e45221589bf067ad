import NIOCore

/// One client: negotiation, then requests, one after the other in the order in which they come.
///
/// A client that does not read its replies is not read from until it does; one that says nothing while
/// it negotiates is dropped.
final class NBDConnection: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private var negotiation: NBDNegotiation
  private var transmission: NBDTransmission?
  private var input = ByteBuffer()
  private var isClosing = false
  private var deadline: Scheduled<Void>?

  private static let negotiationLimit = TimeAmount.seconds(10)

  init(_ export: any NBDExport, named exportName: String) {
    negotiation = NBDNegotiation(export, named: exportName)
  }

  func channelActive(context: ChannelHandlerContext) {
    context.writeAndFlush(wrapOutboundOut(NBDNegotiation.greeting()), promise: nil)
    let channel = context.channel
    deadline = context.eventLoop.scheduleTask(in: Self.negotiationLimit) {
      channel.close(promise: nil)
    }
    context.read()
  }

  func channelInactive(context: ChannelHandlerContext) {
    deadline?.cancel()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    input.writeBuffer(&bytes)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    goOn(context)
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable { goOn(context) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  private func goOn(_ context: ChannelHandlerContext) {
    if isClosing { return }
    if transmission == nil { negotiate(context) }
    while let transmission, !isClosing, context.channel.isWritable {
      switch NBDRequest.parse(&input) {
      case .incomplete:
        context.flush()
        input.discardReadBytes()
        return context.read()
      case .hopeless: close(context)
      case .request(let request):
        var output = context.channel.allocator.buffer(capacity: 64)
        if !transmission.carryOut(request, &output) { close(context) }
        context.write(wrapOutboundOut(output), promise: nil)
      }
    }
    context.flush()
    if transmission == nil && !isClosing { context.read() }
  }

  private func negotiate(_ context: ChannelHandlerContext) {
    var output = context.channel.allocator.buffer(capacity: 256)
    let step = negotiation.advance(&input, &output)
    context.write(wrapOutboundOut(output), promise: nil)
    switch step {
    case .wait: break
    case .close: close(context)
    case .transmission:
      deadline?.cancel()
      transmission = NBDTransmission(
        export: negotiation.export, usesStructuredReplies: negotiation.usesStructuredReplies)
    }
  }

  private func close(_ context: ChannelHandlerContext) {
    isClosing = true
    context.flush()
    context.close(promise: nil)
  }
}

import NIOCore
import NIOPosix

/// One client: negotiation, then requests, carried out side by side on the server's threads, or right
/// here where that takes no time.
///
/// A client that does not read its replies is not read from until it does, nor one that has as much in
/// flight as it may; one that says nothing while it negotiates is dropped.
final class NBDConnection: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let number: UInt32
  private let threads: NIOThreadPool
  private var negotiation: NBDNegotiation
  private var transmission: NBDTransmission?
  private var input = ByteBuffer()
  private var replies: NBDReplyBox?
  private var requestCount = 0
  private var dataByteCount = 0
  /// No more requests are taken; those in flight are still answered.
  private var isEnding = false
  private var isClosed = false
  private var deadline: Scheduled<Void>?

  private static let negotiationLimit = TimeAmount.seconds(10)

  init(
    _ export: any NBDExport, named exportName: String, number: UInt32, threads: NIOThreadPool
  ) {
    self.number = number
    self.threads = threads
    negotiation = NBDNegotiation(export, named: exportName)
  }

  func channelActive(context: ChannelHandlerContext) {
    context.writeAndFlush(wrapOutboundOut(NBDNegotiation.greeting()), promise: nil)
    let channel = context.channel
    deadline = context.eventLoop.scheduleTask(in: Self.negotiationLimit) {
      channel.close(promise: nil)
    }
    let here = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    replies = NBDReplyBox(context.eventLoop) {
      let (connection, context) = here.value
      connection.deliver(context)
    }
    context.read()
  }

  func channelInactive(context: ChannelHandlerContext) {
    deadline?.cancel()
    isClosed = true
    // It refers to this handler.
    replies = nil
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

  // MARK: Requests

  private func goOn(_ context: ChannelHandlerContext) {
    if isClosed || isEnding { return }
    if transmission == nil { negotiate(context) }
    guard let transmission else {
      if !isEnding { context.read() }
      return
    }
    // All that have come are in flight together, also those that are carried out one after the other.
    var begun: [(request: NBDRequest, origin: NBDOrigin)] = []
    var next = NBDRequest.Parsed.incomplete
    while hasRoom(context) {
      next = NBDRequest.parse(&input)
      guard case .request(let request) = next, request.command != .disconnect else { break }
      begun.append((request, begin(request, transmission.export)))
    }
    for (request, origin) in begun { carryOut(request, from: origin, transmission) }
    switch next {
    case .hopeless: close(context)
    case .request(let request) where request.command == .disconnect: end(context)
    case .incomplete where hasRoom(context):
      input.discardReadBytes()
      context.read()
    // There is no room for more, until something was answered.
    case .incomplete, .request: break
    }
  }

  private func hasRoom(_ context: ChannelHandlerContext) -> Bool {
    context.channel.isWritable && requestCount < NBDLimits.maximumRequestCount
      && dataByteCount < NBDLimits.dataInFlightByteCount
  }

  private func begin(_ request: NBDRequest, _ export: any NBDExport) -> NBDOrigin {
    requestCount += 1
    dataByteCount += request.dataByteCount
    return NBDOrigin(
      connectionNumber: number, arrivalNumber: export.takeArrivalNumber())
  }

  private func carryOut(
    _ request: NBDRequest, from origin: NBDOrigin, _ transmission: NBDTransmission
  ) {
    guard let replies else { return }
    // A thread costs more than such a write does.
    if let reply = transmission.carryOutAtOnce(request, from: origin) { return replies.put(reply) }
    threads.submit { state in
      // The server has stopped: nobody waits for the reply.
      guard case .active = state else { return }
      replies.put(transmission.carryOut(request, from: origin))
    }
  }

  /// Sends the replies that are there by now.
  private func deliver(_ context: ChannelHandlerContext) {
    guard !isClosed, let replies, let transmission else { return }
    let done = replies.take()
    var output = context.channel.allocator.buffer(capacity: 64 * done.count)
    let failure = Self.failure(ofPreparing: transmission.export)
    for var reply in done {
      requestCount -= 1
      dataByteCount -= reply.dataByteCount
      if let failure, case .success = reply.outcome {
        reply.outcome = .failure(failure)
      }
      transmission.encode(reply, &output)
    }
    context.writeAndFlush(wrapOutboundOut(output), promise: nil)
    if isEnding {
      if requestCount == 0 { close(context) }
    } else {
      goOn(context)
    }
  }

  private static func failure(ofPreparing export: any NBDExport) -> NBDError? {
    do throws(NBDError) {
      try export.prepareAnswers()
      return nil
    } catch {
      return error
    }
  }

  // MARK: Beginning and end

  private func negotiate(_ context: ChannelHandlerContext) {
    var output = context.channel.allocator.buffer(capacity: 256)
    let step = negotiation.advance(&input, &output)
    context.writeAndFlush(wrapOutboundOut(output), promise: nil)
    switch step {
    case .wait: break
    case .close: close(context)
    case .transmission:
      deadline?.cancel()
      transmission = NBDTransmission(
        export: negotiation.export, usesStructuredReplies: negotiation.usesStructuredReplies,
        tellsAllocation: negotiation.tellsAllocation)
    }
  }

  /// The client takes its leave once it has what it asked for.
  private func end(_ context: ChannelHandlerContext) {
    isEnding = true
    if requestCount == 0 { close(context) }
  }

  private func close(_ context: ChannelHandlerContext) {
    isEnding = true
    context.flush()
    context.close(promise: nil)
  }
}

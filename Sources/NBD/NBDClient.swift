import NIOCore
import NIOPosix
import Synchronization

/// A client of one export, for threads that may block.
///
///     let client = try NBDClient(at: .unixSocket(path: "nbd.sock"))
///     let handle = try client.submit(.write(bytes, at: 4096, isFUA: true))
///     let answer = try client.nextAnswer(within: .seconds(5))
///
/// Requests are sent at once and answered in any order. All methods can be called on any thread except
/// one that runs an event loop.
public final class NBDClient: Sendable {
  /// More requests than these are not in flight.
  public static let maximumRequestCount = 1024

  /// What the server told.
  public let export: NBDExportDescription
  private let channel: any Channel
  private let handler: NIOLoopBound<NBDClientHandler>
  private let queue = NBDAnswerQueue()
  private let lastHandle = Atomic<UInt64>(0)
  private let answeredCount = Atomic<UInt64>(0)

  /// Connects and chooses an export.
  ///
  /// - Parameter limit: how long that may take.
  /// - Throws: ``NBDClientError``.
  public init(
    at address: NBDAddress, exportName: String = "", within limit: Duration = .seconds(10)
  ) throws(NBDClientError) {
    guard exportName.utf8.count <= 4096 else {
      throw .cannotBeSent("a name of more than 4096 bytes")
    }
    let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
    let ready = eventLoop.makePromise(of: NBDExportDescription.self)
    let timeout = eventLoop.scheduleTask(in: TimeAmount(limit)) {
      ready.fail(NBDClientError.timedOut)
    }
    defer { timeout.cancel() }
    let queue = self.queue
    let bootstrap = ClientBootstrap(group: eventLoop)
      .connectTimeout(TimeAmount(limit))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(
            NBDClientHandler(exportName: exportName, queue: queue, ready: ready))
        }
      }
    do {
      channel = try Self.connect(bootstrap, to: address).wait()
    } catch {
      ready.fail(NBDClientError.closedByUs)
      throw .cannotConnect("\(error)")
    }
    do {
      export = try ready.futureResult.wait()
      handler = try channel.pipeline.handler(type: NBDClientHandler.self)
        .map { [channel] in NIOLoopBound($0, eventLoop: channel.eventLoop) }.wait()
    } catch {
      channel.close(promise: nil)
      throw error as? NBDClientError ?? .closedByServer
    }
  }

  deinit {
    channel.close(promise: nil)
  }

  /// Sends a request.
  ///
  /// - Returns: the number that its answer will have; numbers begin at 1 and go up.
  /// - Throws: ``NBDClientError``: the connection has ended, or there is no such request.
  public func submit(_ request: NBDClientRequest) throws(NBDClientError) -> UInt64 {
    if let failure = queue.failure { throw failure }
    let answered = answeredCount.load(ordering: .relaxed)
    let handle = lastHandle.wrappingAdd(1, ordering: .relaxed).newValue
    guard handle - answered <= UInt64(Self.maximumRequestCount) else {
      answeredCount.wrappingAdd(1, ordering: .relaxed)
      throw .cannotBeSent("\(Self.maximumRequestCount) requests have no answer yet")
    }
    let bytes: ByteBuffer
    do throws(NBDClientError) {
      bytes = try request.encode(cookie: handle)
    } catch {
      answeredCount.wrappingAdd(1, ordering: .relaxed)
      throw error
    }
    channel.eventLoop.execute { [channel, handler] in
      handler.value.send(
        bytes, cookie: handle, answerByteCount: request.answerByteCount, channel)
    }
    return handle
  }

  /// Waits for an answer to any request.
  ///
  /// - Returns: `nil` where none has come within the limit.
  /// - Throws: ``NBDClientError`` once the connection has ended and all answers that came were taken.
  public func nextAnswer(within limit: Duration) throws(NBDClientError) -> NBDAnswer? {
    let deadline = NIODeadline.now() + TimeAmount(limit)
    while true {
      if let answer = try queue.take() {
        answeredCount.wrappingAdd(1, ordering: .relaxed)
        return answer
      }
      guard NIODeadline.now() < deadline else { return nil }
      queue.wait(until: deadline, on: channel.eventLoop)
    }
  }

  /// Says good-bye and closes. A server answers what is in flight first, but nobody waits for that.
  public func disconnect() {
    let goodbye = NBDRequest.disconnect()
    try? channel.eventLoop.submit { [channel, handler] in
      channel.writeAndFlush(goodbye, promise: nil)
      handler.value.fail(.closedByUs)
    }.wait()
    try? channel.close().wait()
  }

  /// Closes at once, as a client does that is killed.
  public func drop() {
    try? channel.eventLoop.submit { [handler] in handler.value.fail(.closedByUs) }.wait()
    try? channel.close().wait()
  }

  private static func connect(
    _ bootstrap: ClientBootstrap, to address: NBDAddress
  ) -> EventLoopFuture<any Channel> {
    switch address {
    case .unixSocket(let path): bootstrap.connect(unixDomainSocketPath: path)
    case .loopback(let port):
      bootstrap.channelOption(.tcpOption(.tcp_nodelay), value: 1)
        .connect(host: "127.0.0.1", port: port)
    }
  }
}

import NIOCore
import NIOPosix

/// Serves one export to several clients at once, over a unix socket or loopback.
public final class NBDServer: Sendable {
  public enum Address: Hashable, Sendable {
    /// A socket in the file system, for its owner alone.
    case unixSocket(path: String)
    /// A port of this machine's loopback; 0 takes a free one.
    case loopback(port: Int)
  }

  /// More clients at once than this are not let in.
  public static let maximumConnectionCount = 64

  private let group: MultiThreadedEventLoopGroup
  private let channel: any Channel

  /// Begins to serve.
  ///
  /// - Throws: what the system says, such as an address that is in use.
  public init(
    _ export: any NBDExport, named exportName: String = "", at address: Address,
    threadCount: Int = 2
  ) throws {
    group = MultiThreadedEventLoopGroup(numberOfThreads: threadCount)
    let clients = ConnectionCount(limit: Self.maximumConnectionCount)
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 64)
      .childChannelOption(.autoRead, value: false)
      .childChannelOption(.maxMessagesPerRead, value: 4)
      .childChannelInitializer { channel in
        guard clients.enter() else { return channel.close() }
        channel.closeFuture.whenComplete { _ in clients.leave() }
        return channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(
            NBDConnection(export, named: exportName))
        }
      }
    do {
      switch address {
      case .unixSocket(let path):
        channel = try bootstrap.bind(unixDomainSocketPath: path).wait()
      case .loopback(let port):
        channel = try bootstrap.serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
          .bind(host: "127.0.0.1", port: port).wait()
      }
    } catch {
      try? group.syncShutdownGracefully()
      throw error
    }
  }

  /// The port of a loopback address.
  public var port: Int? { channel.localAddress?.port }

  /// Takes no more clients, drops those that are there, and returns when all threads have ended.
  public func stop() {
    try? channel.close().wait()
    try? group.syncShutdownGracefully()
  }
}

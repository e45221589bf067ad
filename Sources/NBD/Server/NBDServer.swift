import NIOCore
import NIOPosix

/// Serves one export to several clients at once, over a unix socket or loopback.
package final class NBDServer: Sendable {
  /// More clients at once than this are not let in.
  package static let maximumConnectionCount = 64

  /// How many requests are carried out at once, of all clients together. A few more than there are
  /// processors, since syncs wait for the disk.
  package static let requestThreadCount = 8

  private let group: MultiThreadedEventLoopGroup
  private let threads: NIOThreadPool
  private let channel: any Channel

  /// Begins to serve.
  ///
  /// - Throws: what the system says, such as an address that is in use.
  package init(
    _ export: any NBDExport, named exportName: String = "", at address: NBDAddress,
    threadCount: Int = 2
  ) throws {
    let threads = NIOThreadPool(numberOfThreads: Self.requestThreadCount)
    self.threads = threads
    threads.start()
    group = MultiThreadedEventLoopGroup(numberOfThreads: threadCount)
    let clients = ConnectionCount(limit: Self.maximumConnectionCount)
    let numbers = ConnectionNumbers()
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 64)
      .childChannelOption(.autoRead, value: false)
      .childChannelOption(.maxMessagesPerRead, value: 4)
      .childChannelInitializer { channel in
        guard clients.enter() else { return channel.close() }
        channel.closeFuture.whenComplete { _ in clients.leave() }
        return channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(
            NBDConnection(export, named: exportName, number: numbers.next(), threads: threads))
        }
      }
    do {
      switch address {
      case .unixSocket(let path):
        channel = try bootstrap.bind(unixDomainSocketPath: path).wait()
      case .loopback(let port):
        channel = try bootstrap.serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
          .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
          .bind(host: "127.0.0.1", port: port).wait()
      }
    } catch {
      try? threads.syncShutdownGracefully()
      try? group.syncShutdownGracefully()
      throw error
    }
  }

  /// The port of a loopback address.
  package var port: Int? { channel.localAddress?.port }

  /// Takes no more clients, drops those that are there, and returns when all threads have ended: nothing
  /// is done to the export any more.
  package func stop() {
    try? channel.close().wait()
    // First, so that no request is still on its way when its connection's event loop has ended.
    try? threads.syncShutdownGracefully()
    try? group.syncShutdownGracefully()
  }
}

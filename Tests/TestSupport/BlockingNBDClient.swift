import Glibc
import Host
import NBD

/// A client of one export that waits for what it asks for, up to a limit.
package final class BlockingNBDClient {
  /// Why there is no answer.
  package enum Failure: Error, Equatable {
    case nobodyListens
    case closedByServer
    case timedOut
  }

  package let export: NBDExportDescription
  private let connection: LocalConnection
  private var session: NBDClientSession

  /// - Throws: ``Failure``, or what the session says of the server.
  package init(
    at socketPath: String, exportName: String = "", within limit: Duration = .seconds(10)
  ) throws {
    guard let connection = try LocalConnection(to: socketPath) else { throw Failure.nobodyListens }
    var session = NBDClientSession(exportName: exportName)
    let found = try Self.wait(limit) {
      try Self.exchange(connection, &session)
      return session.export
    }
    guard let found else { throw Failure.timedOut }
    (self.connection, self.session, export) = (connection, session, found)
  }

  /// Sends a request, and returns the number that its answer will have.
  package func submit(_ request: NBDClientRequest) throws -> UInt64 {
    let handle = try session.submit(request)
    try Self.exchange(connection, &session)
    return handle
  }

  /// Waits for an answer to any request; `nil` where none has come within the limit.
  package func nextAnswer(within limit: Duration) throws -> NBDAnswer? {
    try Self.wait(limit) {
      if session.answers.isEmpty { try Self.exchange(connection, &session) }
      return session.answers.isEmpty ? nil : session.answers.removeFirst()
    }
  }

  /// Says good-bye and closes.
  package func disconnect() throws {
    session.disconnect()
    try Self.exchange(connection, &session)
    connection.close()
  }

  /// Takes in what has come and sends all that is to be sent.
  private static func exchange(
    _ connection: LocalConnection, _ session: inout NBDClientSession
  ) throws {
    session.receive(connection.newBytes())
    try session.advance()
    var unsent = session.takeOutput()[...]
    while !unsent.isEmpty, !connection.isClosed {
      unsent = unsent.dropFirst(connection.send(unsent))
      // A server that waits for us to read would never take the rest.
      if !unsent.isEmpty { session.receive(connection.newBytes()) }
    }
    if connection.isClosed, session.answers.isEmpty { throw Failure.closedByServer }
  }

  private static func wait<Result>(
    _ limit: Duration, _ attempt: () throws -> Result?
  ) throws -> Result? {
    let end = ContinuousClock.now + limit
    while true {
      if let result = try attempt() { return result }
      if ContinuousClock.now >= end { return nil }
      usleep(100)
    }
  }
}

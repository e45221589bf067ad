/// Why a client has no connection, or no answer.
public enum NBDClientError: Error, Equatable, Sendable, CustomStringConvertible {
  /// In the system's words.
  case cannotConnect(String)
  /// The server does not have the export, or not for us; in its words.
  case refused(String)
  /// What the server sent is not of the protocol. The connection is closed.
  case notTheProtocol(String)
  case closedByServer
  case closedByUs
  case timedOut
  /// Longer than a request may be, or one too many.
  case cannotBeSent(String)

  public var description: String {
    switch self {
    case .cannotConnect(let reason):
      "cannot connect: \(reason). Check that the server runs and listens there."
    case .refused(let reason): "the server refuses the export: \(reason)"
    case .notTheProtocol(let found): "the server does not speak the NBD protocol: \(found)"
    case .closedByServer: "the server has closed the connection"
    case .closedByUs: "the connection was closed"
    case .timedOut: "the server did not answer in time"
    case .cannotBeSent(let reason): "the request was not sent: \(reason)"
    }
  }
}

/// Why a client gets no export, or no answer.
package enum NBDClientError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The server does not have the export, or not for us; in its words.
  case refused(String)
  /// What the server sent is not of the protocol.
  case notTheProtocol(String)
  /// Longer than a request may be.
  case cannotBeSent(String)

  package var description: String {
    switch self {
    case .refused(let reason): "the server refuses the export: \(reason)"
    case .notTheProtocol(let found): "the server does not speak the NBD protocol: \(found)"
    case .cannotBeSent(let reason): "the request was not sent: \(reason)"
    }
  }
}

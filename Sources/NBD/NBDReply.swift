/// What came of a request.
struct NBDReply: Sendable {
  enum Outcome: Sendable {
    /// With what a read has given.
    case success([UInt8]?)
    case failure(NBDError)
  }

  var cookie: UInt64
  var command: NBDCommand?
  var byteOffset: UInt64
  /// What the request counted in ``NBDLimits/dataInFlightByteCount``.
  var dataByteCount: Int
  var outcome: Outcome
}

/// What came of a request.
struct NBDReply: Sendable {
  enum Outcome: Sendable {
    case success
    /// Of a read.
    case data([UInt8])
    /// Of a read of nothing but a hole, where replies are structured.
    case hole(byteCount: UInt32)
    /// Of a block status.
    case extents([NBDExtent])
    case failure(NBDError)
  }

  var cookie: UInt64
  var command: NBDCommand?
  var byteOffset: UInt64
  /// What the request counted in ``NBDLimits/dataInFlightByteCount``.
  var dataByteCount: Int
  var outcome: Outcome
}

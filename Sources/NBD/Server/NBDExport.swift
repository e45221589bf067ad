import Bytes

/// A disk that clients read and write. Called on several threads at once, also for one connection.
///
/// Ranges lie inside of the disk, are not empty, start and end at whole units of
/// ``minimumBlockByteCount``, and are no longer than ``NBDLimits/maximumByteCount`` where data goes with
/// them.
package protocol NBDExport: Sendable {
  var byteCount: UInt64 { get }
  var isReadOnly: Bool { get }
  /// What every range is a multiple of, in bytes: a power of two up to 64 KiB.
  var minimumBlockByteCount: UInt32 { get }
  /// Called for each request when it has come, before any that comes after it: a number of the export's
  /// own that goes with it.
  func takeArrivalNumber() -> UInt64
  func read(_ range: ByteRange) throws(NBDError) -> [UInt8]
  func write(
    _ bytes: [UInt8], at byteOffset: UInt64, isFUA: Bool, from origin: NBDOrigin
  ) throws(NBDError)
  /// Does a plain write where it has to wait for nothing but memory. Called where all connections wait
  /// for its end.
  ///
  /// - Returns: `false` where nothing was done, and the other `write` is to be called.
  func writeAtOnce(
    _ bytes: [UInt8], at byteOffset: UInt64, from origin: NBDOrigin
  ) throws(NBDError) -> Bool
  /// - Parameter keepsSpace: whether the range is to stay allocated.
  func writeZeroes(
    _ range: ByteRange, isFUA: Bool, keepsSpace: Bool, from origin: NBDOrigin
  ) throws(NBDError)
  func trim(_ range: ByteRange, isFUA: Bool, from origin: NBDOrigin) throws(NBDError)
  /// Everything that was answered before, on any connection, is on stable storage when this returns.
  func flush(from origin: NBDOrigin) throws(NBDError)
  /// What of a range is stored, from its start on, as far as that is known: at least one extent, and none
  /// beyond the end of the range.
  func extents(of range: ByteRange) throws(NBDError) -> [NBDExtent]
  /// Called before answers are sent, for many at once; where it throws they say so.
  func prepareAnswers() throws(NBDError)
}

extension NBDExport {
  package var minimumBlockByteCount: UInt32 { 1 }
  package func takeArrivalNumber() -> UInt64 { 0 }
  package func prepareAnswers() throws(NBDError) {}
  package func extents(of range: ByteRange) throws(NBDError) -> [NBDExtent] {
    [NBDExtent(byteCount: UInt32(range.byteCount), isHole: false)]
  }
  package func writeAtOnce(
    _ bytes: [UInt8], at byteOffset: UInt64, from origin: NBDOrigin
  ) throws(NBDError) -> Bool { false }
}

/// Which request something is done for.
package struct NBDOrigin: Equatable, Sendable {
  /// Connections are numbered as they come, from 0.
  package var connectionNumber: UInt32
  /// Of ``NBDExport/takeArrivalNumber()``.
  package var arrivalNumber: UInt64

  package init(connectionNumber: UInt32, arrivalNumber: UInt64) {
    self.connectionNumber = connectionNumber
    self.arrivalNumber = arrivalNumber
  }
}

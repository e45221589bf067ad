import Bytes

/// A disk that clients read and write. Called on several threads at once, one for each connection.
///
/// Ranges lie inside of the disk, and are no longer than ``NBDLimits/maximumByteCount``.
public protocol NBDExport: Sendable {
  var byteCount: UInt64 { get }
  var isReadOnly: Bool { get }
  func read(_ range: ByteRange) throws(NBDError) -> [UInt8]
  func write(_ bytes: [UInt8], at byteOffset: UInt64, isFUA: Bool) throws(NBDError)
  /// - Parameter keepsSpace: whether the range is to stay allocated.
  func writeZeroes(_ range: ByteRange, isFUA: Bool, keepsSpace: Bool) throws(NBDError)
  func trim(_ range: ByteRange, isFUA: Bool) throws(NBDError)
  /// Everything that was answered before, on any connection, is on stable storage when this returns.
  func flush() throws(NBDError)
}

/// What a server takes from a client, and no more.
public enum NBDLimits {
  /// The longest read or write: what clients take as given, and what a refusal costs in memory.
  public static let maximumByteCount: UInt32 = 32 << 20
  /// The longest data of an option. Names have at most 4096 bytes.
  static let maximumOptionByteCount: UInt32 = 8 << 10
  /// How many options a client may send before it goes on.
  static let maximumOptionCount = 64
}

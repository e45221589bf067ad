/// What is taken from the other side, and no more.
package enum NBDLimits {
  /// The longest read or write: what clients take as given, and what a refusal costs in memory.
  package static let maximumByteCount: UInt32 = 32 << 20
  /// What a client is asked to use where it can choose.
  static let preferredBlockByteCount: UInt32 = 4096
  /// The longest data of an option. Names have at most 4096 bytes.
  static let maximumOptionByteCount: UInt32 = 8 << 10
  /// How many options a client may send before it goes on, and how many answers a server to one of them.
  static let maximumOptionCount = 64
  /// How many extents one answer tells.
  static let maximumExtentCount = 1024
  /// How many requests of one connection are carried out at once.
  static let maximumRequestCount = 256
  /// A connection whose requests in flight have so much data sends no more until some are answered.
  static let dataInFlightByteCount = 32 << 20
}

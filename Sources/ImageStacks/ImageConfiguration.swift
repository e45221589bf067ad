/// The image that a run starts from, in the words of formats that write a log of their own.
package struct ImageConfiguration: Hashable, Sendable {
  /// The unit of the image's own log.
  package static let logSectorByteCount = 4096

  package var blockByteCount: UInt32 = 1 << 20
  package var logicalSectorByteCount: UInt32 = 512
  package var logByteCount: UInt32 = 1 << 20
  /// Whether every block has its place from the start.
  package var isFixed = false
  /// Where in the ring a new log begins, so that short runs come to its end; whole log sectors.
  package var firstRingByteOffset: UInt64 = 0
  /// How much of the ring the writer uses at most, so that short runs use it again; `nil`: all.
  package var usableRingByteCount: UInt64?
  /// After so many log entries the logged changes are brought home, before the next one is written.
  package var entriesPerCheckpoint = 2
  /// How many sectors of the block table one log entry carries at most; `nil`: as many as fit.
  package var entrySectorLimit: Int?
  /// Whether it was in use before, by other programs.
  package var isWorn = false

  package init() {}
}

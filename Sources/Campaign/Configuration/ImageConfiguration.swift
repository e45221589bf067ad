import Bytes
import Scheduling
import VHDX

/// The VHDX image that a run starts from.
package struct ImageConfiguration: Hashable, Sendable {
  package var blockByteCount: UInt32 = 1 << 20
  package var logicalSectorByteCount: UInt32 = 512
  package var logByteCount: UInt32 = VHDXLayout.defaultLogByteCount
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
  /// Whether it was in use before (``WornImage``).
  package var isWorn = false

  package init() {}

  /// The image before anything is written.
  ///
  /// - Throws: ``FormatError`` where the format does not allow a value.
  func layout(virtualDiskByteCount: UInt64, seed: Seed) throws(FormatError) -> VHDXLayout {
    var stream = RandomStream(seed, .configuration, 2)
    func guid() -> GUID { GUID(low: stream.next(), high: stream.next()) }
    return try VHDXLayout(
      virtualDiskByteCount: virtualDiskByteCount, isFixed: isFixed, blockByteCount: blockByteCount,
      logicalSectorByteCount: logicalSectorByteCount,
      physicalSectorByteCount: logicalSectorByteCount, logByteCount: logByteCount,
      identity: ImageIdentity(
        fileWriteGUID: guid(), dataWriteGUID: guid(), virtualDiskID: guid()))
  }
}

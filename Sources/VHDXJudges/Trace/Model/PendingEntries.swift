import Bytes
import VHDX

/// Log entries that are written but not known to be stable, and the sectors of the ring that belong
/// to none so far.
struct PendingEntries {
  struct Pending {
    var ringByteOffset: UInt64
    var headerStamp: TraceStamp
    /// The length that the file was sure to have when the header was written.
    var stableByteCount: UInt64
    var passedHomes: [UnstableHome] = []
    /// The newest write of its sectors that the last flush saw; `nil` before one.
    var newestStampAtFlush: Int?
    /// What it carried when it was last looked at without being stable.
    var draft: (writeCount: Int, found: FoundLogEntry, updates: [UInt64: Digest128])?
  }

  private struct Fresh {
    var stamp: TraceStamp
    /// Whether a flush saw it as part of no entry.
    var isStray = false
  }

  private(set) var pending: [UInt64: Pending] = [:]
  private var fresh: [UInt64: Fresh] = [:]
  /// How often the ring was written.
  private(set) var writeCount = 0

  var isEmpty: Bool { pending.isEmpty && fresh.isEmpty }
  var count: Int { pending.count + fresh.count }

  /// Takes note of a sector of the ring: `entry` where a header stands at its start.
  mutating func write(ringSector sectorIndex: UInt64, stamp: TraceStamp, entry: Pending?) {
    writeCount += 1
    fresh[sectorIndex] = Fresh(stamp: stamp)
    pending[sectorIndex * UInt64(LogRing.sectorByteCount)] = entry
  }

  /// Takes note that a sector was zeroed: there is no entry in it, and nothing stray.
  mutating func clear(ringSector sectorIndex: UInt64) {
    writeCount += 1
    fresh[sectorIndex] = nil
    pending[sectorIndex * UInt64(LogRing.sectorByteCount)] = nil
  }

  subscript(ringByteOffset: UInt64) -> Pending? {
    get { pending[ringByteOffset] }
    set { pending[ringByteOffset] = newValue }
  }

  /// In the order of their places in the ring.
  var places: [UInt64] { pending.keys.sorted() }

  /// The stamps of the sectors from a place on; `nil` for those that were not written since they
  /// last were part of an entry.
  func stamps(_ ring: LogRing, at ringByteOffset: UInt64, byteCount: UInt64) -> [TraceStamp?] {
    ringSectors(ring, at: ringByteOffset, byteCount: byteCount).map { fresh[$0]?.stamp }
  }

  /// Forgets an entry and the sectors that it claims.
  mutating func remove(_ ring: LogRing, at ringByteOffset: UInt64, byteCount: UInt64) {
    pending[ringByteOffset] = nil
    for sectorIndex in ringSectors(ring, at: ringByteOffset, byteCount: byteCount) {
      fresh[sectorIndex] = nil
    }
  }

  /// The sectors that a second flush finds to be part of no entry; they are forgotten.
  mutating func takeStray(
    claimed: Set<UInt64>
  ) -> [(sectorIndex: UInt64, stamp: TraceStamp)] {
    var stray: [(sectorIndex: UInt64, stamp: TraceStamp)] = []
    for sectorIndex in fresh.keys.sorted() where !claimed.contains(sectorIndex) {
      guard let found = fresh[sectorIndex] else { continue }
      if found.isStray {
        stray.append((sectorIndex, found.stamp))
        fresh[sectorIndex] = nil
      } else {
        fresh[sectorIndex]?.isStray = true
      }
    }
    return stray
  }

  func ringSectors(
    _ ring: LogRing, at ringByteOffset: UInt64, byteCount: UInt64
  ) -> [UInt64] {
    let sector = UInt64(LogRing.sectorByteCount)
    let count = min(byteCount, ring.byteCount) / sector
    return (0..<count).map { ring.advanced(ringByteOffset, by: $0 * sector) / sector }
  }
}

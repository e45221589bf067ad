import Bytes

/// Goes through the descriptors of an entry, one sector of them in memory at a time.
///
/// Source: [MS-VHDX] 2.3.1.
struct DescriptorCursor {
  struct Place {
    /// `nil` where the signature is unknown.
    var descriptor: LogDescriptor?
    var signature: UInt32
    var fileByteOffset: UInt64
    var isFirstOfSector: Bool
  }

  private let entry: FoundLogEntry
  private let ring: LogRing
  private var sector: ByteRegion?
  private var descriptorIndex: UInt64 = 0

  init(_ entry: FoundLogEntry, ring: LogRing) {
    self.entry = entry
    self.ring = ring
  }

  mutating func next() -> Place? {
    guard descriptorIndex < UInt64(entry.header.descriptorCount) else { return nil }
    let entryByteOffset =
      UInt64(LogEntryHeader.byteCount) + descriptorIndex * UInt64(LogDescriptor.byteCount)
    let within = Int(entryByteOffset % UInt64(LogRing.sectorByteCount))
    let sectorPlace = ring.advanced(
      entry.ringByteOffset, by: entryByteOffset - UInt64(within))
    let isFirst = sector == nil || within == 0
    if isFirst { sector = ByteRegion(ring.sector(at: sectorPlace)) }
    descriptorIndex += 1
    guard let sector else { return nil }
    return Place(
      descriptor: LogDescriptor(loading: sector, at: within),
      signature: sector.load(at: within, as: UInt32.self),
      fileByteOffset: ring.fileByteOffset(sectorPlace) + UInt64(within), isFirstOfSector: isFirst)
  }
}

import Bytes

/// Everything in a ring that begins like an entry, valid or not, and what each would do to the file:
/// for saying which entries a recovery went by that is not ours.
///
/// Source: [MS-VHDX] 2.3.1.
public struct LogSurvey {
  /// What one descriptor would put where.
  public struct Update: Equatable, Sendable {
    /// Cut off at 2^64.
    public var target: ByteRange
    public var descriptor: LogDescriptor
    /// Where in the ring its data sector stands; `nil` for zeroes.
    public var dataRingByteOffset: UInt64?
  }

  public struct Entry: Equatable, Sendable {
    public var found: FoundLogEntry
    /// Why replay must not use it; `nil` where the entry is valid by itself.
    public var defect: LogEntryDefect?
    /// What its descriptors say, as far as they are descriptors.
    public var updates: [Update]
  }

  public static let maximumEntryCount = 1024
  /// How many descriptors of an entry are listed.
  public static let maximumUpdateCount = 4096

  public let ring: LogRing
  /// By their places, ascending.
  public private(set) var entries: [Entry] = []
  /// Whether everything is listed.
  public private(set) var isComplete = true

  /// - Parameter logGUID: that of the current header.
  public init(_ ring: LogRing, logGUID: GUID) {
    self.ring = ring
    var check = LogEntryCheck(ring: ring, logGUID: logGUID, profile: .exact)
    var sectorIndex: UInt64 = 0
    while sectorIndex < ring.sectorCount {
      let place = sectorIndex * UInt64(LogRing.sectorByteCount)
      sectorIndex += max(1, ring.knownZeroSectorCount(at: place))
      let bytes = ring.sector(at: place, byteCount: LogEntryHeader.byteCount)
      guard bytes.starts(with: LogEntryHeader.signature) else { continue }
      guard entries.count < Self.maximumEntryCount else {
        isComplete = false
        return
      }
      let header = LogEntryHeader(loading: ByteRegion(bytes), at: 0)
      let found = FoundLogEntry(ringByteOffset: place, header: header)
      var defect: LogEntryDefect?
      switch check.verdict(at: place, required: nil) {
      case .valid, .discontinuous: break
      case .invalid(let found), .unsealed(let found, _), .fatal(let found): defect = found
      }
      entries.append(Entry(found: found, defect: defect, updates: updates(of: found)))
    }
  }

  private func updates(of entry: FoundLogEntry) -> [Update] {
    let count = UInt64(entry.header.descriptorCount)
    let sector = UInt64(LogRing.sectorByteCount)
    var dataPlace = LogEntryHeader.descriptorSectorCount(descriptorCount: count) * sector
    var updates: [Update] = []
    var cursor = DescriptorCursor(entry, ring: ring)
    while updates.count < Self.maximumUpdateCount, let place = cursor.next() {
      guard let descriptor = place.descriptor else { break }
      let byteCount = min(descriptor.targetByteCount, .max - descriptor.fileByteOffset)
      var update = Update(
        target: ByteRange(byteOffset: descriptor.fileByteOffset, byteCount: byteCount),
        descriptor: descriptor)
      if descriptor.isData {
        update.dataRingByteOffset = ring.advanced(entry.ringByteOffset, by: dataPlace)
        dataPlace += sector
      }
      updates.append(update)
    }
    return updates
  }

  /// The 4096 bytes that an update puts at a sector of the file; `nil` where it puts none there.
  public func contents(of update: Update, atSector fileByteOffset: UInt64) -> [UInt8]? {
    let sector = UInt64(LogRing.sectorByteCount)
    guard fileByteOffset >= update.target.byteOffset,
      update.target.endByteOffset >= sector,
      fileByteOffset <= update.target.endByteOffset - sector
    else { return nil }
    switch update.descriptor.kind {
    case .zero: return [UInt8](repeating: 0, count: LogRing.sectorByteCount)
    case .data(let leadingBytes, let trailingBytes):
      guard fileByteOffset == update.target.byteOffset, let place = update.dataRingByteOffset
      else { return nil }
      return LogDataSector(ring.sector(at: place)).update(
        leadingBytes: leadingBytes, trailingBytes: trailingBytes)
    }
  }
}

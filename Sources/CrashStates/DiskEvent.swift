import Bytes
import WriteLog

/// What an entry does to the contents or the length of the disk.
struct DiskEvent {
  enum Kind: UInt8 {
    /// A plain FLUSH, or a mark that says nothing about the disk.
    case none
    case write
    /// The range reads as zeroes from then on.
    case discard
    /// The disk ends at `range.byteOffset` from then on; what was behind it is gone.
    case size
  }

  var kind: Kind
  var range: ByteRange
  /// Where a write's data stands in the log; 0 for the others.
  var payloadByteOffset: Int
}

/// The events of all entries of a log: 25 bytes an entry, so that no header is read twice.
struct DiskEvents: Sendable {
  private struct Place {
    var range: ByteRange
    var payloadByteOffset: Int
  }

  private var places: [Place] = []
  /// Kind and bits of ``Trait``.
  private var traits: [UInt8] = []
  /// The entries with FLUSH, ascending.
  private(set) var flushEntryIndices: [Int] = []

  private enum Trait {
    static let kinds: UInt8 = 0x0f
    static let fua: UInt8 = 0x10
    static let flush: UInt8 = 0x20
  }

  /// - Throws: ``FormatError`` at a size mark that does not parse.
  init(_ index: WriteLogIndex) throws(FormatError) {
    places.reserveCapacity(index.entryCount)
    traits.reserveCapacity(index.entryCount)
    var forgetting = PageForgetting(region: index.region)
    for entryIndex in 0..<index.entryCount {
      let entry = index.entryWithoutExtension(at: entryIndex)
      let event = try Self.event(entry, index)
      forgetting.pass(entry.headerByteOffset)
      places.append(Place(range: event.range, payloadByteOffset: event.payloadByteOffset))
      let fua = entry.flags.contains(.fua) ? Trait.fua : 0
      let flush = entry.flags.contains(.flush) ? Trait.flush : 0
      traits.append(event.kind.rawValue | fua | flush)
      if entry.flags.contains(.flush) { flushEntryIndices.append(entryIndex) }
    }
  }

  var count: Int { places.count }

  subscript(entryIndex: Int) -> DiskEvent {
    DiskEvent(
      kind: kind(entryIndex), range: places[entryIndex].range,
      payloadByteOffset: places[entryIndex].payloadByteOffset)
  }

  func kind(_ entryIndex: Int) -> DiskEvent.Kind {
    DiskEvent.Kind(rawValue: traits[entryIndex] & Trait.kinds) ?? .none
  }

  func isFlush(_ entryIndex: Int) -> Bool { traits[entryIndex] & Trait.flush != 0 }

  func isFUA(_ entryIndex: Int) -> Bool { traits[entryIndex] & Trait.fua != 0 }

  /// Whether the entry may be lost when no flush has covered it.
  func isVolatile(_ entryIndex: Int) -> Bool {
    traits[entryIndex] & Trait.fua == 0 && kind(entryIndex) != .none
  }

  private static func event(
    _ entry: LogEntry, _ index: WriteLogIndex
  ) throws(FormatError) -> DiskEvent {
    let nothing = ByteRange(byteOffset: 0, byteCount: 0)
    switch entry.kind {
    case .write:
      return DiskEvent(
        kind: .write, range: entry.deviceRange,
        payloadByteOffset: entry.payloadRange.lowerBound)
    case .discard:
      return DiskEvent(kind: .discard, range: entry.deviceRange, payloadByteOffset: 0)
    case .flush:
      return DiskEvent(kind: .none, range: nothing, payloadByteOffset: 0)
    case .mark:
      guard let byteCount = try size(entry, index) else {
        return DiskEvent(kind: .none, range: nothing, payloadByteOffset: 0)
      }
      return DiskEvent(
        kind: .size, range: ByteRange(byteOffset: byteCount, byteCount: .max - byteCount),
        payloadByteOffset: 0)
    }
  }

  /// The length that a mark sets; `nil` for every other mark.
  private static func size(
    _ entry: LogEntry, _ index: WriteLogIndex
  ) throws(FormatError) -> UInt64? {
    // Compared as bytes first: a log has two marks for each client operation, and few of this kind.
    let textByteOffset = entry.headerByteOffset + EntryHeader.byteCount
    guard entry.header.textByteCount >= 8,
      index.region.load(at: textByteOffset, as: UInt64.self) == sizeMarkStart
    else { return nil }
    let mark = try ClientMark(parsing: index.text(of: entry), at: UInt64(textByteOffset))
    guard case .size(let byteCount)? = mark else { return nil }
    return byteCount
  }

  /// `pc1 size`, as a little-endian number.
  private static let sizeMarkStart: UInt64 = 0x657a_6973_2031_6370
}

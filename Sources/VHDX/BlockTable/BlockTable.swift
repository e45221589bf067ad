import Bytes
import Rules

/// The block allocation table of an image, read from the file where it is asked for: a table can
/// have half a gigabyte, so it is never kept whole.
///
/// Entries are what the file holds now; what a log has still to put there is not seen.
///
/// Source: [MS-VHDX] 2.5; rules B01 to B07.
package struct BlockTable {
  /// Entries that are read at a time: 64 KiB.
  static let pageEntryCount: UInt64 = 8192

  package let region: ByteRange
  package let geometry: BlockGeometry
  private let file: any ImageFile

  /// - Parameter region: the table's region, inside of the file.
  /// - Throws: ``FormatError`` where the region is too small for the disk (rule B01).
  package init(
    reading file: any ImageFile, region: ByteRange, geometry: BlockGeometry
  ) throws(FormatError) {
    let needed = geometry.entryCount * UInt64(BlockTableEntry.byteCount)
    guard needed <= region.byteCount else {
      throw FormatError(
        .outOfRange, breaking: .b01, field: "blockTable.byteCount", at: region.byteOffset,
        expected: "\(needed) bytes for the disk's \(geometry.virtualDiskByteCount)",
        found: "\(region.byteCount)",
        hint: "The region table or the virtual disk size is damaged.")
    }
    self.file = file
    self.region = region
    self.geometry = geometry
  }

  /// How long the file is now.
  var fileByteCount: UInt64 { file.byteCount }

  /// Where an entry stands in the file.
  package func byteOffset(ofEntry entryIndex: UInt64) -> UInt64 {
    region.byteOffset + entryIndex * UInt64(BlockTableEntry.byteCount)
  }

  /// The entries of `indices` as they stand; nothing is checked.
  ///
  /// - Precondition: indices of the table.
  package func entries(in indices: Range<UInt64>) -> [BlockTableEntry] {
    let bytes = page(indices)
    return (0..<indices.count).map {
      BlockTableEntry(rawValue: bytes.load(at: $0 * BlockTableEntry.byteCount, as: UInt64.self))
    }
  }

  /// The entry of a payload block, fit to be read by.
  ///
  /// - Throws: ``FormatError`` where the entry breaks a rule.
  package func payloadEntry(
    _ blockIndex: UInt64
  ) throws(FormatError) -> (state: PayloadState, byteOffset: UInt64) {
    let entryIndex = geometry.entryIndex(ofPayloadBlock: blockIndex)
    let entry = entries(in: entryIndex..<entryIndex + 1)[0]
    return (try checkedState(of: entry, at: entryIndex), entry.byteOffset)
  }

  /// Calls `body` with every entry that is not all zero, in the table's order.
  package func forEachUsedEntry<Failure: Error>(
    _ body: (_ entryIndex: UInt64, _ entry: BlockTableEntry) throws(Failure) -> Void
  ) throws(Failure) {
    var entryIndex: UInt64 = 0
    while entryIndex < geometry.entryCount {
      let end = min(entryIndex + Self.pageEntryCount, geometry.entryCount)
      try forEachUsedEntry(in: entryIndex..<end, body)
      entryIndex = end
    }
  }

  func forEachUsedEntry<Failure: Error>(
    in indices: Range<UInt64>,
    _ body: (_ entryIndex: UInt64, _ entry: BlockTableEntry) throws(Failure) -> Void
  ) throws(Failure) {
    let byteCount = UInt64(indices.count * BlockTableEntry.byteCount)
    if file.knownZeroByteCount(at: byteOffset(ofEntry: indices.lowerBound)) >= byteCount { return }
    let bytes = page(indices)
    // Most of a large table is zero, and a page is passed over at once.
    if bytes.isZero(in: 0..<bytes.byteCount) { return }
    for index in 0..<indices.count {
      let rawValue = bytes.load(at: index * BlockTableEntry.byteCount, as: UInt64.self)
      if rawValue != 0 {
        try body(indices.lowerBound + UInt64(index), BlockTableEntry(rawValue: rawValue))
      }
    }
  }

  /// The state of a payload block, by which it can be read.
  ///
  /// - Throws: ``FormatError`` at the first of the entry's defects (``BlockSlot``).
  func checkedState(
    of entry: BlockTableEntry, at entryIndex: UInt64
  ) throws(FormatError) -> PayloadState {
    let slot = BlockSlot(table: self, entryIndex: entryIndex, entry: entry)
    try slot.forEachDefect(fileByteCount: fileByteCount, FormatError.raise)
    guard let state = entry.payloadState else {
      throw problem(.b03, "state", entryIndex, "a known state", "\(entry.stateBits)")
    }
    return state
  }

  func problem(
    _ rule: Rule?, _ field: String, _ entryIndex: UInt64, _ expected: String, _ found: String,
    hint: String = "The block cannot be found; blocks with whole entries can still be read."
  ) -> FormatError {
    FormatError(
      .outOfRange, breaking: rule, field: "blockTable[\(entryIndex)].\(field)",
      at: byteOffset(ofEntry: entryIndex), expected: expected, found: found, hint: hint)
  }

  /// A block where something else stands (rule B06).
  func overlap(_ entryIndex: UInt64, _ found: String) -> FormatError {
    var error = problem(.b06, "fileOffsetMB", entryIndex, "a place of its own", found)
    error.kind = .wrongValue
    return error
  }

  private func page(_ indices: Range<UInt64>) -> ByteRegion {
    ByteRegion(
      file.read(
        ByteRange(
          byteOffset: byteOffset(ofEntry: indices.lowerBound),
          byteCount: UInt64(indices.count * BlockTableEntry.byteCount))))
  }
}

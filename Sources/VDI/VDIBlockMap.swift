import Bytes
import Rules

/// An entry of the block map: where one block of the virtual disk is.
///
///     0 to 0xfffffffd  the number of a block of the data
///     0xfffffffe       discarded: reads as zeroes
///     0xffffffff       never allocated: reads as zeroes
///
/// Source: docs/vdi.md, The block map.
package enum VDIBlockMapEntry: Hashable, Sendable {
  case block(UInt32)
  case discarded
  case unallocated

  package static let byteCount = 4

  package init(rawValue: UInt32) {
    self =
      switch rawValue {
      case .max: .unallocated
      case .max - 1: .discarded
      default: .block(rawValue)
      }
  }

  package var rawValue: UInt32 {
    switch self {
    case .block(let number): number
    case .discarded: .max - 1
    case .unallocated: .max
    }
  }
}

/// The block map of an image, read from the file where it is asked for: a map can have 2 GiB, so it
/// is never kept whole.
///
/// Source: docs/vdi.md, The block map; rules V03 to V07.
package struct VDIBlockMap {
  /// Entries that are read at a time: 64 KiB.
  static let pageEntryCount: UInt64 = 16384

  package let header: VDIHeader
  let file: any ImageFile

  /// - Precondition: the header holds, so the map lies inside of the file.
  init(of file: any ImageFile, header: VDIHeader) {
    precondition(header.blockMapRange.endByteOffset <= file.byteCount, "the header was checked")
    self.file = file
    self.header = header
  }

  package var entryCount: UInt64 { UInt64(header.blockCount) }

  /// Where an entry stands in the file.
  package func byteOffset(ofEntry entryIndex: UInt64) -> UInt64 {
    header.blockMapRange.byteOffset + entryIndex * UInt64(VDIBlockMapEntry.byteCount)
  }

  /// - Precondition: an index of the map.
  package func entry(at entryIndex: UInt64) -> VDIBlockMapEntry {
    VDIBlockMapEntry(
      rawValue: page(entryIndex..<entryIndex + 1).load(at: 0, as: UInt32.self))
  }

  /// Calls `body` with every entry as it stands, in the map's order.
  package func forEachEntry<Failure: Error>(
    _ body: (_ entryIndex: UInt64, _ entry: VDIBlockMapEntry) throws(Failure) -> Void
  ) throws(Failure) {
    var entryIndex: UInt64 = 0
    while entryIndex < entryCount {
      let end = min(entryIndex + Self.pageEntryCount, entryCount)
      let page = page(entryIndex..<end)
      for place in 0..<Int(end - entryIndex) {
        let rawValue = page.load(at: place * VDIBlockMapEntry.byteCount, as: UInt32.self)
        try body(entryIndex + UInt64(place), VDIBlockMapEntry(rawValue: rawValue))
      }
      entryIndex = end
    }
  }

  /// Where the data of an entry is; `nil` where the entry names no block.
  ///
  /// - Throws: ``FormatError`` where the block has no place in the file (rule V03).
  func place(
    of entry: VDIBlockMapEntry, at entryIndex: UInt64
  ) throws(FormatError) -> ByteRange? {
    guard case .block(let number) = entry else { return nil }
    guard hasPlace(number, at: entryIndex) else {
      throw placeDefect(ofBlock: number, at: entryIndex)
    }
    let needed = header.diskRange(ofEntry: entryIndex).byteCount
    return ByteRange(byteOffset: header.dataRange(ofBlock: number).byteOffset, byteCount: needed)
  }

  /// Whether a block is one of the image's and all of it that belongs to the disk inside of the
  /// file.
  func hasPlace(_ number: UInt32, at entryIndex: UInt64) -> Bool {
    guard number < header.blockCount else { return false }
    let needed = header.diskRange(ofEntry: entryIndex).byteCount
    return needed == 0
      || header.dataRange(ofBlock: number).byteOffset + needed <= file.byteCount
  }

  /// What is wrong with a block that has no place (rule V03).
  func placeDefect(ofBlock number: UInt32, at entryIndex: UInt64) -> FormatError {
    guard number < header.blockCount else {
      return defect(
        .v03, at: entryIndex, "a block below \(header.blockCount), as many as there are",
        "block \(number)", hint: "No such block can have been allocated: the entry is damaged.")
    }
    let start = header.dataRange(ofBlock: number).byteOffset
    let needed = header.diskRange(ofEntry: entryIndex).byteCount
    return defect(
      .v03, at: entryIndex, "a block that ends inside of the file's \(file.byteCount) bytes",
      "block \(number) at [\(start), \(start + needed))",
      hint: "QEMU reads zeroes there. Copy the image again if it was cut short.")
  }

  /// The first entry that names a block, before `entryIndex`.
  func firstEntry(naming number: UInt32, before entryIndex: UInt64) -> UInt64? {
    var start: UInt64 = 0
    while start < entryIndex {
      let end = min(start + Self.pageEntryCount, entryIndex)
      let page = page(start..<end)
      let place = (0..<Int(end - start)).first {
        page.load(at: $0 * VDIBlockMapEntry.byteCount, as: UInt32.self) == number
      }
      if let place { return start + UInt64(place) }
      start = end
    }
    return nil
  }

  func defect(
    _ rule: Rule, at entryIndex: UInt64, _ expected: String, _ found: String, hint: String
  ) -> FormatError {
    FormatError(
      rule == .v04 ? .wrongValue : .outOfRange, breaking: rule, field: "blockMap[\(entryIndex)]",
      at: byteOffset(ofEntry: entryIndex), expected: expected, found: found, hint: hint)
  }

  private func page(_ indices: Range<UInt64>) -> ByteRegion {
    ByteRegion(
      file.read(
        ByteRange(
          byteOffset: byteOffset(ofEntry: indices.lowerBound),
          byteCount: UInt64(indices.count * VDIBlockMapEntry.byteCount))))
  }
}

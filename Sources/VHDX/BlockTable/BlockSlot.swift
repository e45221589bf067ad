import Bytes
import Rules

/// An entry of the block table, and what it stands for.
///
/// Source: [MS-VHDX] 2.5.1; rules B02 to B05.
package struct BlockSlot {
  package let table: BlockTable
  package let entryIndex: UInt64
  package let entry: BlockTableEntry
  package let role: BlockGeometry.Role

  package init(table: BlockTable, entryIndex: UInt64, entry: BlockTableEntry) {
    self.table = table
    self.entryIndex = entryIndex
    self.entry = entry
    role = table.geometry.role(ofEntry: entryIndex)
  }

  package var isBitmap: Bool {
    if case .bitmap = role { return true }
    return false
  }

  package var name: String {
    switch role {
    case .payload(let blockIndex): "block \(blockIndex)"
    case .bitmap(let chunkIndex): "the bitmap of chunk \(chunkIndex)"
    }
  }

  /// Where the entry stands in the file.
  package var byteOffset: UInt64 { table.byteOffset(ofEntry: entryIndex) }

  package var evidence: [String] { ["entry \(entryIndex): \(entry.rawValue.hex)"] }

  package var holdsBytes: Bool {
    isBitmap ? entry.bitmapState == .present : entry.payloadState?.hasBlock ?? false
  }

  /// Whether the entry has a place that it may keep without bytes in it.
  package var isAnchor: Bool {
    !isBitmap && entry.byteOffset != 0
      && (entry.payloadState == .undefined || entry.payloadState == .unmapped)
  }

  package var byteCount: UInt64 {
    isBitmap ? BlockGeometry.bitmapBlockByteCount : table.geometry.blockByteCount
  }

  package func isInside(fileByteCount: UInt64) -> Bool {
    guard entry.byteOffset >= mebibyteByteCount,
      let range = ByteRange(checking: entry.byteOffset, byteCount: byteCount)
    else { return false }
    return range.endByteOffset <= fileByteCount
  }

  /// The chunk whose bitmap says which sectors of the block are in this file; `nil` where the block is
  /// none that needs one.
  package var chunkOfPartialBlock: UInt64? {
    guard case .payload(let blockIndex) = role, entry.payloadState == .partiallyPresent,
      table.geometry.hasParent
    else { return nil }
    return blockIndex / table.geometry.chunkRatio
  }

  /// What is wrong with the entry by itself.
  package func forEachDefect<Failure: Error>(
    fileByteCount: UInt64, _ note: (FormatError) throws(Failure) -> Void
  ) throws(Failure) {
    if !entry.isReservedZero {
      try note(problem(.b02, "reserved", "bits 3 to 19 zero", entry.rawValue.hex))
    }
    if !isStateAllowed {
      try note(
        problem(
          isBitmap ? .b04 : .b03, isBitmap ? "bitmapState" : "state", allowedStates,
          "\(entry.stateBits)"))
    }
    if holdsBytes, !isInside(fileByteCount: fileByteCount) {
      try note(
        problem(
          .b05, "fileOffsetMB",
          "\(byteCount) bytes between 1 MiB and the file's end at \(fileByteCount)",
          "\(entry.byteOffset / mebibyteByteCount) MiB"))
    }
  }

  private var isStateAllowed: Bool {
    if isBitmap {
      return entry.bitmapState.map { $0 == .notPresent || table.geometry.hasParent } ?? false
    }
    return entry.payloadState.map { $0 != .partiallyPresent || table.geometry.hasParent } ?? false
  }

  private var allowedStates: String {
    switch (isBitmap, table.geometry.hasParent) {
    case (true, true): "0 or 6 for a bitmap block"
    case (true, false): "0 without a parent"
    case (false, true): "0 to 3, 6 or 7"
    case (false, false): "0 to 3, or 6"
    }
  }

  private func problem(
    _ rule: Rule, _ field: String, _ expected: String, _ found: String
  ) -> FormatError {
    table.problem(rule, field, entryIndex, "\(expected), of \(name)", found)
  }
}

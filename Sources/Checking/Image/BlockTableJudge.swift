import Bytes
import VHDX

/// B01 to B07, B11, and H08 between the log and the blocks: the block allocation table.
///
/// The table is read in pages and never held whole; what is kept of it is bounded too
/// (``BlockOverlapSearch``).
///
/// Source: [MS-VHDX] 2.5.
package struct BlockTableJudge {
  private let options: ImageJudgeOptions

  package init(options: ImageJudgeOptions = ImageJudgeOptions()) {
    self.options = options
  }

  /// - Parameters:
  ///   - region: the table's region.
  ///   - parameters: values that the format allows.
  ///   - occupied: what no block may lie on.
  package func judge(
    _ file: any ImageFile, region: ByteRange, parameters: DiskParameters,
    occupied: [OccupiedRange]
  ) -> [Violation] {
    var list = ImageViolations()
    judgeLength(file, parameters, &list)
    do throws(FormatError) {
      let table = try BlockTable(
        reading: file, region: region, geometry: BlockGeometry(parameters))
      let usedByteCount = table.geometry.entryCount * UInt64(BlockTableEntry.byteCount)
      guard region.byteOffset + usedByteCount <= file.byteCount else {
        list.add(
          .b01, "the block table at byte \(region.byteOffset) does not end inside of the file",
          ["\(usedByteCount) bytes are needed, the file has \(file.byteCount)"])
        return list.violations
      }
      judgeEntries(of: table, fileByteCount: file.byteCount, &list)
      var search = BlockOverlapSearch(
        table: table, occupied: occupied, fileByteCount: file.byteCount)
      search.run(&list)
    } catch {
      list.add(.b01, error)
    }
    return list.violations
  }

  /// Source: [MS-VHDX] 2.6.2.1.
  private func judgeLength(
    _ file: any ImageFile, _ parameters: DiskParameters, _ list: inout ImageViolations
  ) {
    guard parameters.leavesBlocksAllocated, !parameters.hasParent,
      file.byteCount < parameters.virtualDiskByteCount
    else { return }
    list.add(
      .b11, "the file ends at byte \(file.byteCount), and its fixed disk has more bytes",
      ["expected \(parameters.virtualDiskByteCount) bytes at least"])
  }

  private func judgeEntries(
    of table: BlockTable, fileByteCount: UInt64, _ list: inout ImageViolations
  ) {
    var partialChunkIndex: UInt64?
    table.forEachUsedEntry { entryIndex, entry in
      let slot = BlockSlot(table: table, entryIndex: entryIndex, entry: entry)
      if !entry.isReservedZero, options.isReservedJudged {
        list.add(
          .b02, "reserved bits of \(slot.name) are set at byte \(slot.byteOffset)", slot.evidence)
      }
      if !slot.isStateAllowed {
        list.add(
          slot.isBitmap ? .b04 : .b03,
          "\(slot.name) has state \(entry.stateBits) at byte \(slot.byteOffset)",
          slot.evidence + ["expected \(slot.allowedStates)"])
      }
      if slot.holdsBytes, !slot.isInside(fileByteCount: fileByteCount) {
        list.add(
          .b05, "\(slot.name) is not inside of the file, says byte \(slot.byteOffset)",
          slot.evidence + [
            "\(slot.byteCount) bytes at \(entry.byteOffset), the file has \(fileByteCount)"
          ])
      }
      guard case .payload(let blockIndex) = slot.role, entry.payloadState == .partiallyPresent,
        table.geometry.hasParent
      else { return }
      let chunkIndex = blockIndex / table.geometry.chunkRatio
      if partialChunkIndex == chunkIndex { return }
      partialChunkIndex = chunkIndex
      judgeBitmap(ofChunk: chunkIndex, of: table, for: slot, &list)
    }
  }

  private func judgeBitmap(
    ofChunk chunkIndex: UInt64, of table: BlockTable, for slot: BlockSlot,
    _ list: inout ImageViolations
  ) {
    let index = table.geometry.entryIndex(ofBitmapOfChunk: chunkIndex)
    let entry = table.entries(in: index..<index + 1)[0]
    if entry.bitmapState == .present { return }
    list.add(
      .b07,
      """
      \(slot.name) is partially present at byte \(slot.byteOffset), and chunk \(chunkIndex) has no \
      bitmap at byte \(table.byteOffset(ofEntry: index))
      """,
      slot.evidence + ["the bitmap's entry \(index): \(entry.rawValue.hex)"])
  }
}

/// An entry of the block table, and what it stands for.
struct BlockSlot {
  let table: BlockTable
  let entryIndex: UInt64
  let entry: BlockTableEntry
  let role: BlockGeometry.Role

  init(table: BlockTable, entryIndex: UInt64, entry: BlockTableEntry) {
    self.table = table
    self.entryIndex = entryIndex
    self.entry = entry
    role = table.geometry.role(ofEntry: entryIndex)
  }

  var isBitmap: Bool {
    if case .bitmap = role { return true }
    return false
  }

  var name: String {
    switch role {
    case .payload(let blockIndex): "block \(blockIndex)"
    case .bitmap(let chunkIndex): "the bitmap of chunk \(chunkIndex)"
    }
  }

  /// Where the entry stands in the file.
  var byteOffset: UInt64 { table.byteOffset(ofEntry: entryIndex) }

  var evidence: [String] { ["entry \(entryIndex): \(entry.rawValue.hex)"] }

  var isStateAllowed: Bool {
    if isBitmap {
      return entry.bitmapState.map { $0 == .notPresent || table.geometry.hasParent } ?? false
    }
    return entry.payloadState.map { $0 != .partiallyPresent || table.geometry.hasParent } ?? false
  }

  var allowedStates: String {
    switch (isBitmap, table.geometry.hasParent) {
    case (true, true): "0 or 6"
    case (true, false): "0 without a parent"
    case (false, true): "0 to 3, 6 or 7"
    case (false, false): "0 to 3, or 6"
    }
  }

  var holdsBytes: Bool {
    isBitmap ? entry.bitmapState == .present : entry.payloadState?.hasBlock ?? false
  }

  /// Whether the entry has a place that it may keep without bytes in it.
  var isAnchor: Bool {
    !isBitmap && entry.byteOffset != 0
      && (entry.payloadState == .undefined || entry.payloadState == .unmapped)
  }

  var byteCount: UInt64 {
    isBitmap ? BlockGeometry.bitmapBlockByteCount : table.geometry.blockByteCount
  }

  func isInside(fileByteCount: UInt64) -> Bool {
    guard entry.byteOffset >= 1 << 20,
      let range = ByteRange(checking: entry.byteOffset, byteCount: byteCount)
    else { return false }
    return range.endByteOffset <= fileByteCount
  }
}

import Bytes
import Checking
import VHDX

/// B01 to B07, B11, and H08 between the log and the blocks: the block allocation table.
///
/// The table is read in pages and never held whole; what is kept of it is bounded too
/// (``BlockOverlapSearch``).
///
/// Source: [MS-VHDX] 2.5.
package struct BlockTableJudge {
  package init() {}

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
      list.add(error)
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
      slot.forEachDefect(fileByteCount: fileByteCount) { list.add($0) }
      guard let chunkIndex = slot.chunkOfPartialBlock, partialChunkIndex != chunkIndex else {
        return
      }
      partialChunkIndex = chunkIndex
      if let defect = table.missingBitmap(ofChunk: chunkIndex) {
        list.add(defect, ["\(slot.name) at byte \(slot.byteOffset) is partially present"])
      }
    }
  }
}

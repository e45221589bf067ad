import Bytes

extension BlockTable {
  /// What QEMU 7.2 looks at in the table when it opens an image: every fully present payload block begins
  /// and ends inside of the file, which counts in whole sectors of 512 bytes, and lies on no region and
  /// not on the log. Reserved bits, other states, bitmap blocks, blocks that share a place and blocks in
  /// front of 1 MiB pass.
  ///
  /// Source: runs of qemu-io 7.2.22 over images with one wrong entry each.
  ///
  /// - Parameters:
  ///   - occupied: the regions and the log.
  ///   - fileByteCount: how long the file is.
  /// - Throws: ``FormatError`` at the first block that ends after the file (rule B05) or lies on
  ///   something (rule B06).
  package func checkAsQEMU(occupied: [ByteRange], fileByteCount: UInt64) throws(FormatError) {
    let sectorByteCount: UInt64 = 512
    let (rounded, overflow) = fileByteCount.addingReportingOverflow(sectorByteCount - 1)
    let readableByteCount = overflow ? .max : rounded / sectorByteCount * sectorByteCount
    try forEachUsedEntry { (entryIndex, entry) throws(FormatError) in
      guard case .payload = geometry.role(ofEntry: entryIndex), entry.payloadState == .fullyPresent
      else { return }
      guard let block = ByteRange(checking: entry.byteOffset, byteCount: geometry.blockByteCount),
        block.endByteOffset <= readableByteCount
      else {
        throw problem(
          .b05, "fileOffsetMB", entryIndex,
          "a block of \(geometry.blockByteCount) bytes inside of the file's \(fileByteCount)",
          "\(entry.byteOffset / mebibyteByteCount) MiB",
          hint: "QEMU takes the image for one that was cut short, and opens none of it.")
      }
      if let other = occupied.first(where: { $0.overlaps(block) }) {
        throw overlap(entryIndex, "\(block), on the structure at \(other)")
      }
    }
  }
}

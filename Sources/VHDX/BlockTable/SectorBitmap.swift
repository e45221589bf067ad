import Bytes

extension BlockTable {
  /// Where the bitmap block of a chunk stands.
  ///
  /// - Throws: ``FormatError`` where the chunk has none, or its entry breaks a rule.
  package func bitmapByteOffset(ofChunk chunkIndex: UInt64) throws(FormatError) -> UInt64 {
    if let defect = missingBitmap(ofChunk: chunkIndex) { throw defect }
    let entryIndex = geometry.entryIndex(ofBitmapOfChunk: chunkIndex)
    let entry = entries(in: entryIndex..<entryIndex + 1)[0]
    try BlockSlot(table: self, entryIndex: entryIndex, entry: entry)
      .forEachDefect(fileByteCount: fileByteCount, FormatError.raise)
    return entry.byteOffset
  }

  /// What is wrong where a partially present block of the chunk has no bitmap; `nil` where it has one.
  ///
  /// Source: [MS-VHDX] 2.5.1.2; rule B07.
  package func missingBitmap(ofChunk chunkIndex: UInt64) -> FormatError? {
    let entryIndex = geometry.entryIndex(ofBitmapOfChunk: chunkIndex)
    let entry = entries(in: entryIndex..<entryIndex + 1)[0]
    if entry.bitmapState == .present { return nil }
    return problem(
      .b07, "bitmapState", entryIndex, "6, since a block of the chunk is partially present",
      "\(entry.stateBits)")
  }
}

extension VHDXImage {
  /// A part of a partially present block: the bitmap of its chunk has a bit for each sector, the
  /// lowest bit of a byte first, and 1 where the sector is in this file.
  ///
  /// Source: [MS-VHDX] 2.5.1.2.
  func readMixed(
    _ part: ByteRange, fileByteOffset: UInt64, parent: ParentReader
  ) throws(FormatError) -> [UInt8] {
    let sectorByteCount = geometry.logicalSectorByteCount
    let sectors =
      part.byteOffset / sectorByteCount..<(part.endByteOffset - 1) / sectorByteCount + 1
    let isHere = try sectorBits(sectors)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(part.byteCount))
    var byteOffset = part.byteOffset
    while byteOffset < part.endByteOffset {
      let sector = byteOffset / sectorByteCount
      let run = isHere[Int(sector - sectors.lowerBound)...]
      let sectorCount = run.prefix { $0 == run.first }.count
      let end = min((sector + UInt64(sectorCount)) * sectorByteCount, part.endByteOffset)
      let byteCount = end - byteOffset
      if run.first == true {
        bytes += file.read(
          ByteRange(
            byteOffset: fileByteOffset + (byteOffset - part.byteOffset), byteCount: byteCount))
      } else {
        bytes += try parent(ByteRange(byteOffset: byteOffset, byteCount: byteCount))
      }
      byteOffset = end
    }
    return bytes
  }

  /// The bits of sectors of one chunk.
  private func sectorBits(_ sectors: Range<UInt64>) throws(FormatError) -> [Bool] {
    let (chunkIndex, first) = sectors.lowerBound.quotientAndRemainder(
      dividingBy: BlockGeometry.sectorCountPerChunk)
    let end = first + UInt64(sectors.count)
    let bitmap = file.read(
      ByteRange(
        byteOffset: try blockTable.bitmapByteOffset(ofChunk: chunkIndex) + first / 8,
        byteCount: (end - 1) / 8 - first / 8 + 1))
    return (first..<end).map { bitmap[Int($0 / 8 - first / 8)] >> UInt8($0 % 8) & 1 == 1 }
  }
}

import Bytes

extension VHDXLayout {
  /// Entries of the block table that are made at a time.
  private static let pieceEntryCount: UInt64 = 1 << 16

  /// Calls `body` with everything of the new file that is not zero, in pieces of 512 KiB at most, in
  /// the file's order. The file has ``fileByteCount`` bytes.
  package func forEachPiece<Failure: Error>(
    _ body: (_ bytes: [UInt8], _ byteOffset: UInt64) throws(Failure) -> Void
  ) throws(Failure) {
    try body(FileIdentifier(creator: creator).encode(), 0)
    try body(header(sequenceNumber: 1).encode(), HeaderSlot.first.byteOffset)
    try body(header(sequenceNumber: 2).encode(), HeaderSlot.second.byteOffset)
    let regionTable = regionTable.encode()
    try body(regionTable, RegionTableSlot.first.byteOffset)
    try body(regionTable, RegionTableSlot.second.byteOffset)
    try body(metadataBytes(), metadata.byteOffset)
    if isFixed { try forEachBlockTablePiece(body) }
  }

  /// Both headers of the new image differ in the number only.
  func header(sequenceNumber: UInt64) -> VHDXHeader {
    VHDXHeader(
      sequenceNumber: sequenceNumber, fileWriteGUID: identity.fileWriteGUID,
      dataWriteGUID: identity.dataWriteGUID, logByteCount: UInt32(log.byteCount),
      logByteOffset: log.byteOffset)
  }

  var regionTable: RegionTable {
    RegionTable(entries: [
      RegionEntry(
        guid: RegionEntry.blockTableGUID, byteOffset: blockTable.byteOffset,
        byteCount: UInt32(blockTable.byteCount), isRequired: true),
      RegionEntry(
        guid: RegionEntry.metadataGUID, byteOffset: metadata.byteOffset,
        byteCount: UInt32(metadata.byteCount), isRequired: true),
    ])
  }

  private func metadataBytes() -> [UInt8] {
    let items = metadataItems
    let table = MetadataTable(
      entries: items.map { item, bytes in
        MetadataEntry(
          itemID: item.id, byteOffset: UInt32(Self.place(of: item)),
          byteCount: UInt32(bytes.count), flags: item.flags)
      })
    return items.map(\.bytes).reduce(table.encode(), +)
  }

  private func forEachBlockTablePiece<Failure: Error>(
    _ body: (_ bytes: [UInt8], _ byteOffset: UInt64) throws(Failure) -> Void
  ) throws(Failure) {
    var entryIndex: UInt64 = 0
    while entryIndex < geometry.entryCount {
      let end = min(entryIndex + Self.pieceEntryCount, geometry.entryCount)
      var writer = ByteWriter(
        reservingByteCount: Int(end - entryIndex) * BlockTableEntry.byteCount)
      for index in entryIndex..<end { writer.write(newEntry(index).rawValue) }
      try body(
        writer.bytes,
        blockTable.byteOffset + entryIndex * UInt64(BlockTableEntry.byteCount))
      entryIndex = end
    }
  }

  private func newEntry(_ entryIndex: UInt64) -> BlockTableEntry {
    guard case .payload(let blockIndex) = geometry.role(ofEntry: entryIndex) else {
      return BlockTableEntry(rawValue: 0)
    }
    return BlockTableEntry(
      .fullyPresent, byteOffset: payloadByteOffset + blockIndex * geometry.blockByteCount)
  }
}

extension MemoryImage {
  /// A new image in memory.
  package convenience init(_ layout: VHDXLayout) {
    self.init(SparseBytes(byteCount: layout.fileByteCount))
    layout.forEachPiece { write($0, at: $1) }
  }
}

import Bytes

/// What a made-up image has besides its log: region tables that differ or are broken, and entries of the
/// block table that lead nowhere.
extension DirtyImageGenerator {
  mutating func writeStructures() {
    if below(4) == 0 { writeRegionTables() }
    if below(2) == 0 { writeBlockEntries() }
  }

  private mutating func writeRegionTables() {
    var table = RegionTable(entries: [regions.blockTable, regions.metadata])
    let added = RegionEntry(
      guid: GUID(low: 0x756e_6b6e_6f77_6e, high: 1),
      byteOffset: pick([
        dataByteOffset, log.byteOffset, regions.metadata.byteOffset, fileByteCount,
        fileByteCount + 4 << 20, 1 << 40, 0, 4096,
      ]), byteCount: pick([1 << 20, 0, 3 << 20, 4096]), isRequired: below(3) == 0)
    var isFirstBroken = false
    var isSecondBroken = false
    switch below(8) {
    case 0: isFirstBroken = true
    case 1: isSecondBroken = true
    case 2: (isFirstBroken, isSecondBroken) = (true, true)
    case 3:
      // A region that only one of the copies has.
      notes.append("the region tables differ: \(added)")
      var other = table
      other.entries.append(added)
      if below(2) == 0 { swap(&table, &other) }
      put(table, .first, isBroken: false)
      put(other, .second, isBroken: false)
      return
    case 4, 5:
      notes.append("a region more: \(added)")
      table.entries.append(added)
    case 6:
      table.entries[below(2)].byteOffset = pick([
        log.byteOffset, fileByteCount, regions.metadata.byteOffset, regions.blockTable.byteOffset,
        0,
        4096, 1 << 40,
      ])
      notes.append("regions at \(table.entries.map(\.byteOffset))")
    default:
      table.entries.remove(at: below(2))
      notes.append("a region less")
    }
    if isFirstBroken || isSecondBroken {
      notes.append("broken region tables: \(isFirstBroken), \(isSecondBroken)")
    }
    put(table, .first, isBroken: isFirstBroken)
    put(table, .second, isBroken: isSecondBroken)
  }

  private func put(_ table: RegionTable, _ slot: RegionTableSlot, isBroken: Bool) {
    var bytes = table.encode()
    if isBroken { bytes[RegionTable.byteCount - 1] ^= 1 }
    file.write(bytes, at: slot.byteOffset)
  }

  /// A few entries: blocks that end after the file as it is, or as a replay leaves it, blocks on
  /// structures, and states without a block.
  private mutating func writeBlockEntries() {
    for _ in 0..<1 + below(3) {
      let index = UInt64(below(Int(min(64, tableByteCount / 8))))
      let entry = makeBlockEntry()
      var writer = ByteWriter()
      writer.write(entry)
      file.write(writer.bytes, at: regions.blockTable.byteOffset + 8 * index)
      notes.append("table entry \(index): state \(entry & 7) at \(entry >> 20) MiB")
    }
  }

  mutating func makeBlockEntry() -> UInt64 {
    let end = Int(fileByteCount / mebibyteByteCount)
    let far: [UInt64] = [0, 1, 2, 3, 47, 48, 1 << 20, 1 << 43, (1 << 44) - 1]
    let mebibyte = below(4) == 0 ? pick(far) : UInt64(max(0, end - 2 + below(16)))
    return mebibyte << 20 | pick([6, 6, 6, 6, 6, 7, 3, 2, 1])
  }

  /// A sector of a structure as a log entry would change it: of the block table, of the metadata or of a
  /// region table.
  mutating func makeStructureUpdate() -> LogUpdate {
    let sector = UInt64(LogRing.sectorByteCount)
    switch below(6) {
    case 0:
      return data(at: regions.metadata.byteOffset + pick([0, 64 << 10]))
    case 1:
      var table = RegionTable(entries: [regions.blockTable, regions.metadata])
      if below(2) == 0 { table.entries.swapAt(0, 1) }
      return .data(
        [UInt8](table.encode().prefix(Int(sector))),
        fileByteOffset: RegionTableSlot.first.byteOffset + UInt64(below(2)) * 64 << 10)
    default:
      let sectorCount = max(1, (tableByteCount + sector - 1) / sector)
      let place = regions.blockTable.byteOffset + UInt64(below(Int(min(sectorCount, 16)))) * sector
      guard case .data(var bytes, _) = data(at: place) else { return data(at: place) }
      for _ in 0..<1 + below(3) {
        var writer = ByteWriter()
        writer.write(makeBlockEntry())
        bytes.overwrite(at: 8 * below(32), with: writer.bytes, 0..<8)
      }
      return .data(bytes, fileByteOffset: place)
    }
  }

  private func data(at byteOffset: UInt64) -> LogUpdate {
    let range = ByteRange(byteOffset: byteOffset, byteCount: UInt64(LogRing.sectorByteCount))
    return .data(file.read(range), fileByteOffset: byteOffset)
  }
}

import Bytes
import Checking
import VHDX

/// Changes in place of what the log is there for: region tables, metadata, block table, bitmaps.
extension TraceModel {
  /// A zero descriptor for more sectors than this is not followed sector by sector.
  private static var mostZeroedSectors: UInt64 { 1 << 14 }

  func changeHomes(_ range: ByteRange, _ payloadByteOffset: Int?, _ stamp: TraceStamp) {
    let areas: [(ByteRange, TracedLayout.Owner)] =
      [
        (TracedLayout.regionTables, .regionTables), (layout.metadata, .metadata),
        (layout.blockTable, .blockTable),
      ] + blocks.bitmaps(in: range).map { ($0, .bitmap) }
    for (area, owner) in areas where range.overlaps(area) {
      forEachSector(of: range, in: area, payloadByteOffset) {
        changeHome($0, owner, payloadByteOffset: $1, stamp)
      }
    }
    changeCarried(range, payloadByteOffset, stamp)
  }

  /// Sectors that the log carries although they are no structure's.
  private func changeCarried(
    _ range: ByteRange, _ payloadByteOffset: Int?, _ stamp: TraceStamp
  ) {
    if homes.isEmpty { return }
    let sector = TracedFile.sectorByteCount
    let indices = range.byteOffset / sector..<(range.endByteOffset - 1) / sector + 1
    guard budget.spend(min(UInt64(homes.count), UInt64(indices.count))) else { return }
    for sectorIndex in homes.carried(in: indices) {
      let byteOffset = sectorIndex * sector
      if layout.owner(of: byteOffset) != .other || blocks.isBitmap(byteOffset) { continue }
      let area = ByteRange(byteOffset: byteOffset, byteCount: sector)
      forEachSector(of: range, in: area, payloadByteOffset) {
        changeHome($0, .other, payloadByteOffset: $1, stamp)
      }
    }
  }

  private func changeHome(
    _ part: ByteRange, _ owner: TracedLayout.Owner, payloadByteOffset: Int?, _ stamp: TraceStamp
  ) {
    let sectorIndex = part.byteOffset / TracedFile.sectorByteCount
    if payloadByteOffset == nil, file.isZeroed(sectorIndex), !homes.carries(sectorIndex) { return }
    let before = file.sector(sectorIndex)
    file.change(part, payloadByteOffset: payloadByteOffset)
    let after = file.sector(sectorIndex)
    let digest = Checksum.xxh3Wide(after)
    var event = TracedHomeWrite(range: part, owner: owner, source: .none)
    if let sequence,
      let serial = homes.write(sectorIndex, digest: digest, stamp: stamp, isStable: isStable)
    {
      event.source = .entry(sequence[serial].found)
      event.isLogNamed = written?.header.logGUID == sequence.guid
      event.isLogNameStable = stableHeader?.logGUID == sequence.guid
    } else if before == after || homes.isIncomplete {
      return
    } else if let found = unstableSource(of: sectorIndex, digest) {
      event.source = .unstableEntry(found.entry, writtenBy: found.stamp)
    } else if owner == .blockTable {
      let logical = loggedTableSectors.removeValue(forKey: sectorIndex) ?? before
      changeTable(sectorIndex, from: logical, to: after)
    }
    send(.homeWrite(event), stamp)
  }

  /// The entry that carries these bytes and is written, but not stable.
  private func unstableSource(
    of sectorIndex: UInt64, _ digest: Digest128
  ) -> (entry: FoundLogEntry, stamp: TraceStamp)? {
    guard let ring, budget.spend(UInt64(pending.count)) else { return nil }
    for place in pending.places {
      guard let entry = draft(at: place, ring), let draft = entry.draft,
        draft.updates[sectorIndex] == digest
      else { continue }
      return (draft.found, entry.headerStamp)
    }
    return nil
  }

  private func draft(at place: UInt64, _ ring: LogRing) -> PendingEntries.Pending? {
    guard var entry = pending[place] else { return nil }
    if entry.draft?.writeCount == pending.writeCount { return entry }
    var inspection = LogEntryInspection(ring: ring)
    let finding = inspection.inspect(at: place)
    guard budget.spend(inspection.readSectorCount), case .entry(let found) = finding else {
      return nil
    }
    var updates: [UInt64: Digest128] = [:]
    inspection.forEachUpdate(of: found) { update in
      if case .data(let bytes, let byteOffset) = update {
        updates[byteOffset / TracedFile.sectorByteCount] = Checksum.xxh3Wide(bytes)
      }
    }
    entry.draft = (pending.writeCount, found, updates)
    pending[place] = entry
    return entry
  }

  // MARK: What entries carry

  /// What an entry makes of the block table.
  struct TableChange {
    var isChanged = false
    /// The first entry whose block loses its place.
    var emptiedEntry: UInt64?

    mutating func add(_ later: TableChange) {
      isChanged = isChanged || later.isChanged
      emptiedEntry = emptiedEntry ?? later.emptiedEntry
    }
  }

  /// Takes note of everything that a stable entry carries.
  func carry(
    _ found: FoundLogEntry, serial: Int, ring: LogRing, payloadTarget: inout ByteRange?
  ) -> (targets: [UInt64], table: TableChange) {
    var targets: [UInt64] = []
    var table = TableChange()
    var firstPayload: ByteRange?
    LogEntryInspection(ring: ring).forEachUpdate(of: found) { update in
      let target = update.target
      if firstPayload == nil, blocks.firstPayload(in: target, &budget) != nil {
        firstPayload = target
      }
      for (sectorIndex, bytes) in sectors(of: update) {
        let current = file.sector(sectorIndex)
        homes.add(
          sectorIndex, serial: serial, digest: Checksum.xxh3Wide(bytes),
          isInPlace: current == bytes)
        targets.append(sectorIndex)
        guard layout.owner(of: sectorIndex * TracedFile.sectorByteCount) == .blockTable else {
          continue
        }
        let logical = loggedTableSectors[sectorIndex] ?? current
        table.add(changeTable(sectorIndex, from: logical, to: bytes))
        loggedTableSectors[sectorIndex] = bytes
      }
    }
    payloadTarget = firstPayload
    return (targets, table)
  }

  private func sectors(of update: LogUpdate) -> [(UInt64, [UInt8])] {
    let sector = TracedFile.sectorByteCount
    switch update {
    case .data(let bytes, let byteOffset):
      return budget.spend(1) ? [(byteOffset / sector, bytes)] : []
    case .zero(let range):
      let sectorCount = range.byteCount / sector
      guard sectorCount <= Self.mostZeroedSectors else {
        homes.isIncomplete = true
        return []
      }
      guard budget.spend(sectorCount) else { return [] }
      let zeroes = [UInt8](repeating: 0, count: Int(sector))
      return (0..<sectorCount).map { (range.byteOffset / sector + $0, zeroes) }
    }
  }

  /// Follows a change of the block table.
  @discardableResult
  private func changeTable(
    _ sectorIndex: UInt64, from old: [UInt8], to new: [UInt8]
  ) -> TableChange {
    var change = TableChange()
    if old == new { return change }
    change.isChanged = true
    let before = ByteRegion(old)
    let after = ByteRegion(new)
    let start = sectorIndex * TracedFile.sectorByteCount - layout.blockTable.byteOffset
    let first = start / UInt64(BlockTableEntry.byteCount)
    for place in stride(from: 0, to: old.count, by: BlockTableEntry.byteCount) {
      let one = BlockTableEntry(rawValue: before.load(at: place, as: UInt64.self))
      let two = BlockTableEntry(rawValue: after.load(at: place, as: UInt64.self))
      if one == two { continue }
      let entryIndex = first + UInt64(place / BlockTableEntry.byteCount)
      if blocks.replace(one, by: two, at: entryIndex), change.emptiedEntry == nil {
        change.emptiedEntry = entryIndex
      }
    }
    return change
  }
}

extension LogUpdate {
  /// Which bytes of the file it replaces.
  fileprivate var target: ByteRange {
    switch self {
    case .zero(let range): range
    case .data(let bytes, let byteOffset):
      ByteRange(byteOffset: byteOffset, byteCount: UInt64(bytes.count))
    }
  }
}

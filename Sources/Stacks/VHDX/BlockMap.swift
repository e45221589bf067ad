import Bytes
import VHDX

/// A change of the block allocation table that waits to be logged.
struct BlockMapChange {
  var entryIndex: UInt64
  var entry: BlockTableEntry
}

/// A sector of the table as a log entry carries it.
struct TableSector {
  var sectorIndex: Int
  var fileByteOffset: UInt64
  var bytes: [UInt8]
}

/// The block allocation table in memory: what clients see, and what is committed.
///
/// Source: [MS-VHDX] 2.5.
final class BlockMap: @unchecked Sendable {
  let geometry: BlockGeometry
  private let tableByteOffset: UInt64
  /// The table sector by sector; `nil` for one that is all zero, as most of a large table is.
  private var sectors: [Sector?]
  /// Entries that may differ from what is committed.
  private var touched: Set<Int> = []
  /// Entries that a commit is about to make stable.
  private var committing: Set<Int> = []
  /// Entries that are kept out of the log for now: ``BugSwitch/publishBeforeLog``.
  private var held: Set<Int> = []

  static let sectorByteCount = LogRing.sectorByteCount
  private static let entriesPerSector = sectorByteCount / BlockTableEntry.byteCount

  private struct Sector {
    /// What clients see.
    var entries: [BlockTableEntry]
    /// What is stable, in the log or at home.
    var committed: [BlockTableEntry]
    /// The bytes that the file holds once every logged entry is home.
    var bytes: [UInt8]

    static let zero = Sector(ByteRegion([UInt8](repeating: 0, count: sectorByteCount)), at: 0)

    init(_ table: ByteRegion, at byteOffset: Int) {
      bytes = table.bytes(in: byteOffset..<byteOffset + sectorByteCount)
      entries = (0..<entriesPerSector).map {
        BlockTableEntry(
          rawValue: table.load(
            at: byteOffset + $0 * BlockTableEntry.byteCount, as: UInt64.self))
      }
      committed = entries
    }
  }

  /// - Parameter tableBytes: whole sectors of 4096 bytes that hold all entries.
  init(geometry: BlockGeometry, tableByteOffset: UInt64, tableBytes: [UInt8]) {
    precondition(
      tableBytes.count % Self.sectorByteCount == 0
        && UInt64(tableBytes.count) >= geometry.entryCount * UInt64(BlockTableEntry.byteCount),
      "whole sectors that hold the table")
    self.geometry = geometry
    self.tableByteOffset = tableByteOffset
    let table = ByteRegion(tableBytes)
    sectors = stride(from: 0, to: tableBytes.count, by: Self.sectorByteCount).map {
      table.isZero(in: $0..<$0 + Self.sectorByteCount) ? nil : Sector(table, at: $0)
    }
  }

  func entry(ofBlock blockIndex: UInt64) -> BlockTableEntry {
    entry(index(ofBlock: blockIndex))
  }

  /// Calls `body` with the entry of each payload block that is not all zero, ascending.
  func forEachUsedEntry(_ body: (BlockTableEntry) -> Void) {
    for (sectorIndex, sector) in sectors.enumerated() {
      for (place, entry) in (sector?.entries ?? []).enumerated() where entry.rawValue != 0 {
        let entryIndex = UInt64(sectorIndex * Self.entriesPerSector + place)
        guard entryIndex < geometry.entryCount,
          case .payload(let block) = geometry.role(ofEntry: entryIndex),
          block < geometry.payloadBlockCount
        else { continue }
        body(entry)
      }
    }
  }

  /// Where in the file a block's bytes are; `nil` where it has none and reads as zeroes.
  func place(ofBlock blockIndex: UInt64) -> UInt64? {
    let entry = entry(ofBlock: blockIndex)
    return entry.payloadState == .fullyPresent ? entry.byteOffset : nil
  }

  /// The entry that is stable.
  func committedEntry(ofBlock blockIndex: UInt64) -> BlockTableEntry {
    committed(index(ofBlock: blockIndex))
  }

  /// Whether a power cut, now or during a commit that has begun, leaves the entry as clients see it.
  func isCommitted(_ blockIndex: UInt64) -> Bool {
    let index = index(ofBlock: blockIndex)
    return entry(index) == committed(index) && !committing.contains(index)
  }

  func set(_ blockIndex: UInt64, _ entry: BlockTableEntry) {
    let index = index(ofBlock: blockIndex)
    change(index / Self.entriesPerSector) { $0.entries[index % Self.entriesPerSector] = entry }
    touched.insert(index)
  }

  /// Keeps a block's entry out of the log until ``unhold(_:)``.
  func hold(_ blockIndex: UInt64) { held.insert(index(ofBlock: blockIndex)) }
  func unhold(_ blockIndex: UInt64) { held.remove(index(ofBlock: blockIndex)) }

  // MARK: Logging

  /// What clients see and is not committed, in the table's order: for a commit that begins now.
  func beginCommit() -> [BlockMapChange] {
    touched = touched.filter { entry($0) != committed($0) }
    committing = touched.subtracting(held)
    return committing.sorted().map {
      BlockMapChange(entryIndex: UInt64($0), entry: entry($0))
    }
  }

  /// The one entry of a block, to be logged by itself.
  func change(ofBlock blockIndex: UInt64) -> BlockMapChange {
    let index = index(ofBlock: blockIndex)
    return BlockMapChange(entryIndex: UInt64(index), entry: entry(index))
  }

  /// How the tail of a sector is filled up after the changed bytes.
  enum TailReading {
    case right
    /// From the sector's start.
    case fromSectorStart
    /// From the sector's start where no head had to be read.
    case fromSectorStartWithoutHead
  }

  /// The sectors that `changes`, which are in the table's order, fall into. Each is widened from the
  /// changed bytes: what stands in front of them and after them is taken from what the file holds.
  func sectors(for changes: [BlockMapChange], tail: TailReading) -> [TableSector] {
    var result: [TableSector] = []
    var rest = changes[...]
    while let first = rest.first {
      let sectorIndex = Self.sectorIndex(first)
      let own = rest.prefix { Self.sectorIndex($0) == sectorIndex }
      result.append(
        TableSector(
          sectorIndex: sectorIndex,
          fileByteOffset: tableByteOffset + UInt64(sectorIndex * Self.sectorByteCount),
          bytes: widened(Array(own), from: (sectors[sectorIndex] ?? .zero).bytes, tail: tail)))
      rest = rest.dropFirst(own.count)
    }
    return result
  }

  private func widened(
    _ changes: [BlockMapChange], from base: [UInt8], tail: TailReading
  ) -> [UInt8] {
    var bytes = base
    for change in changes {
      let start = Self.byteOffsetInSector(change)
      var writer = ByteWriter()
      writer.write(change.entry.rawValue)
      bytes.replaceSubrange(start..<start + BlockTableEntry.byteCount, with: writer.bytes)
    }
    let startsWithoutHead = changes.first.map(Self.byteOffsetInSector) == 0
    if tail == .fromSectorStart || tail == .fromSectorStartWithoutHead && startsWithoutHead {
      let end = changes.last.map(Self.byteOffsetInSector).map { $0 + BlockTableEntry.byteCount }
      let tailByteOffset = end ?? bytes.count
      bytes.replaceSubrange(tailByteOffset..., with: base[..<(base.count - tailByteOffset)])
    }
    return bytes
  }

  /// Notes that changes are stable, and what the file will hold.
  func noteCommitted(_ changes: [BlockMapChange], _ written: [TableSector]) {
    for sector in written { change(sector.sectorIndex) { $0.bytes = sector.bytes } }
    for change in changes {
      let index = Int(change.entryIndex)
      self.change(index / Self.entriesPerSector) {
        $0.committed[index % Self.entriesPerSector] = change.entry
      }
      committing.remove(index)
    }
  }

  // MARK: Inside

  private func entry(_ index: Int) -> BlockTableEntry {
    sectors[index / Self.entriesPerSector]?.entries[index % Self.entriesPerSector]
      ?? BlockTableEntry(rawValue: 0)
  }

  private func committed(_ index: Int) -> BlockTableEntry {
    sectors[index / Self.entriesPerSector]?.committed[index % Self.entriesPerSector]
      ?? BlockTableEntry(rawValue: 0)
  }

  private func change(_ sectorIndex: Int, _ body: (inout Sector) -> Void) {
    if sectors[sectorIndex] == nil { sectors[sectorIndex] = .zero }
    if var sector = sectors[sectorIndex].take() {
      body(&sector)
      sectors[sectorIndex] = sector
    }
  }

  private func index(ofBlock blockIndex: UInt64) -> Int {
    Int(geometry.entryIndex(ofPayloadBlock: blockIndex))
  }

  private static func sectorIndex(_ change: BlockMapChange) -> Int {
    Int(change.entryIndex) * BlockTableEntry.byteCount / sectorByteCount
  }

  private static func byteOffsetInSector(_ change: BlockMapChange) -> Int {
    Int(change.entryIndex) * BlockTableEntry.byteCount % sectorByteCount
  }
}

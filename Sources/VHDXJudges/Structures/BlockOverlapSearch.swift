import Bytes
import Checking
import VHDX

/// B06 and, for the log, H08: blocks that lie on each other or on a structure.
///
/// Used entries are sorted by place and swept over. Of a table with more than ``keptCount`` used
/// entries only the lowest places are kept at a time, and the table is read again for the next ones:
/// memory stays at 128 MiB, and a table of the largest disk is read 17 times at most.
struct BlockOverlapSearch {
  static let keptCount = 4 << 20

  private struct Place {
    var entry: BlockTableEntry
    var entryIndex: UInt32

    var byteOffset: UInt64 { entry.byteOffset }

    static func precedes(_ left: Place, _ right: Place) -> Bool {
      (left.byteOffset, left.entryIndex) < (right.byteOffset, right.entryIndex)
    }
  }

  private enum Owner {
    case structure(OccupiedRange)
    case block(BlockSlot)
  }

  private let table: BlockTable
  private let occupied: [OccupiedRange]
  private let fileByteCount: UInt64
  private let keptCount: Int
  private var nextOccupied = 0
  /// What reaches furthest of what was swept over.
  private var widest: (owner: Owner, endByteOffset: UInt64)?
  private var last: Place?

  /// - Parameter keptCount: entries kept at a time.
  init(
    table: BlockTable, occupied: [OccupiedRange], fileByteCount: UInt64,
    keptCount: Int = BlockOverlapSearch.keptCount
  ) {
    self.table = table
    self.occupied = occupied.sorted { $0.range.byteOffset < $1.range.byteOffset }
    self.fileByteCount = fileByteCount
    self.keptCount = keptCount
  }

  mutating func run(_ list: inout ImageViolations) {
    while true {
      let (places, isLast) = lowestPlaces(behind: last)
      for place in places {
        sweep(place, &list)
        if list.isFull(.b06) { return }
      }
      if isLast { return }
    }
  }

  /// The lowest places after `floor`, sorted.
  private func lowestPlaces(behind floor: Place?) -> (places: [Place], isLast: Bool) {
    var places: [Place] = []
    var ceiling: Place?
    table.forEachUsedEntry { entryIndex, entry in
      let slot = BlockSlot(table: table, entryIndex: entryIndex, entry: entry)
      let isPlaced = slot.holdsBytes && slot.isInside(fileByteCount: fileByteCount)
      guard isPlaced || slot.isAnchor else { return }
      let place = Place(entry: entry, entryIndex: UInt32(entryIndex))
      if let floor, !Place.precedes(floor, place) { return }
      if let ceiling, !Place.precedes(place, ceiling) { return }
      places.append(place)
      if places.count == 2 * keptCount {
        places.sort(by: Place.precedes)
        ceiling = places[keptCount]
        places.removeSubrange(keptCount...)
      }
    }
    places.sort(by: Place.precedes)
    return (places, ceiling == nil)
  }

  private mutating func sweep(_ place: Place, _ list: inout ImageViolations) {
    passStructures(upTo: place.byteOffset)
    let slot = slot(place)
    let end = place.byteOffset + (slot.isAnchor ? 0 : slot.byteCount)
    if let last, last.byteOffset == place.byteOffset {
      add(slot, on: .block(self.slot(last)), &list)
    } else if !slot.isAnchor, let widest, widest.endByteOffset > place.byteOffset {
      add(slot, on: widest.owner, &list)
    }
    last = place
    if slot.isAnchor { return }
    // Structures that begin inside of this block; they are passed when their turn comes.
    for structure in occupied[nextOccupied...] {
      if structure.range.byteOffset >= end { break }
      add(slot, on: .structure(structure), &list)
    }
    if end > widest?.endByteOffset ?? 0 { widest = (.block(slot), end) }
  }

  private mutating func passStructures(upTo byteOffset: UInt64) {
    while nextOccupied < occupied.count,
      occupied[nextOccupied].range.byteOffset <= byteOffset
    {
      let structure = occupied[nextOccupied]
      if structure.range.endByteOffset > widest?.endByteOffset ?? 0 {
        widest = (.structure(structure), structure.range.endByteOffset)
      }
      nextOccupied += 1
    }
  }

  private func slot(_ place: Place) -> BlockSlot {
    BlockSlot(table: table, entryIndex: UInt64(place.entryIndex), entry: place.entry)
  }

  private func add(_ slot: BlockSlot, on owner: Owner, _ list: inout ImageViolations) {
    let place = slot.entry.byteOffset
    let found = "\(slot.name): \(slot.byteCount) bytes at \(place)"
    switch owner {
    case .structure(let structure):
      list.add(
        structure.isLog ? .h08 : .b06,
        "\(slot.name) lies on \(structure.name), says byte \(slot.byteOffset)",
        slot.evidence + [found, "\(structure.name): \(structure.range)"])
    case .block(let other):
      list.add(
        .b06, "\(slot.name) lies on \(other.name), says byte \(slot.byteOffset)",
        slot.evidence + [found]
          + other.evidence + [
            "\(other.name): \(other.byteCount) bytes at \(other.entry.byteOffset)"
          ])
    }
  }
}

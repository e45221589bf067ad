import Bytes
import Rules

extension VDIBlockMap {
  /// Maps up to this length, of disks of a TiB, are searched for the other entry of a shared block.
  private static let maximumSearchedEntryCount: UInt64 = 1 << 20

  /// Calls `note` with everything that is wrong with the map, entry by entry, and then with what
  /// the header counts of it.
  ///
  /// - Parameter limit: how many of each rule are told.
  func forEachDefect<Failure: Error>(
    limit: Int, _ note: (FormatError) throws(Failure) -> Void
  ) throws(Failure) {
    var walk = Walk(map: self, limit: limit)
    try forEachEntry { (entryIndex, entry) throws(Failure) in
      try walk.pass(entry, at: entryIndex, note)
    }
    if walk.namedBlockCount != UInt64(header.allocatedBlockCount), limit > 0 {
      try note(wrongCount(walk.namedBlockCount))
    }
  }

  /// What is known of the map up to an entry.
  private struct Walk {
    let map: VDIBlockMap
    private(set) var namedBlockCount: UInt64 = 0
    /// A bit for each block: 64 MiB at most, and no more than a 32nd of the map, which the file
    /// holds.
    private var takenBlocks: [UInt64]
    private var placeless: DefectLimit
    private var shared: DefectLimit
    private var uncounted: DefectLimit
    private var missing: DefectLimit

    init(map: VDIBlockMap, limit: Int) {
      self.map = map
      takenBlocks = [UInt64](repeating: 0, count: Int(map.entryCount / 64) + 1)
      placeless = DefectLimit(limit)
      shared = DefectLimit(limit)
      uncounted = DefectLimit(limit)
      missing = DefectLimit(limit)
    }

    mutating func pass<Failure: Error>(
      _ entry: VDIBlockMapEntry, at entryIndex: UInt64,
      _ note: (FormatError) throws(Failure) -> Void
    ) throws(Failure) {
      guard case .block(let number) = entry else {
        if map.header.isStatic, missing.takesOne() {
          try note(map.missingBlock(entry, at: entryIndex))
        }
        return
      }
      namedBlockCount += 1
      if !map.hasPlace(number, at: entryIndex), placeless.takesOne() {
        try note(map.placeDefect(ofBlock: number, at: entryIndex))
      }
      guard number < map.header.blockCount else { return }
      if !take(number), shared.takesOne() { try note(map.sharedBlock(number, at: entryIndex)) }
      if number >= map.header.allocatedBlockCount, uncounted.takesOne() {
        try note(map.uncountedBlock(number, at: entryIndex))
      }
    }

    /// - Returns: whether the block was free.
    private mutating func take(_ number: UInt32) -> Bool {
      let bit: UInt64 = 1 << UInt64(number % 64)
      let wasFree = takenBlocks[Int(number / 64)] & bit == 0
      takenBlocks[Int(number / 64)] |= bit
      return wasFree
    }
  }

  // MARK: The defects

  private func sharedBlock(_ number: UInt32, at entryIndex: UInt64) -> FormatError {
    let first =
      entryCount <= Self.maximumSearchedEntryCount
      ? firstEntry(naming: number, before: entryIndex) : nil
    return defect(
      .v04, at: entryIndex, "a block that no entry before names",
      "block \(number)" + (first.map { ", which entry \($0) names too" } ?? ""),
      hint: "Write nothing to the image; copy out of it what can be read.")
  }

  private func uncountedBlock(_ number: UInt32, at entryIndex: UInt64) -> FormatError {
    defect(
      .v05, at: entryIndex,
      "a block below the header's count of \(header.allocatedBlockCount)", "block \(number)",
      hint: "The next allocations give it away again: set the count before anything is written.")
  }

  private func missingBlock(
    _ entry: VDIBlockMapEntry, at entryIndex: UInt64
  ) -> FormatError {
    defect(
      .v07, at: entryIndex, "a block: the image is static", entry.rawValue.hex,
      hint: "Convert it to a static image again, or to a dynamic one.")
  }

  private func wrongCount(_ namedBlockCount: UInt64) -> FormatError {
    VDIHeader.defect(
      .v06, "allocatedBlockCount", at: 388,
      "\(namedBlockCount), as many blocks as the map names", "\(header.allocatedBlockCount)",
      "`qemu-img convert` makes an image that counts rightly.")
  }
}

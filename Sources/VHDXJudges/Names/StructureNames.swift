import Bytes
import Checking
import CrashStates
import VHDX

/// Says of any range of a VHDX file what stands there: "header 1", "BAT entry 3 (block 3)", "log entry
/// with number 2", "block 3, byte 3145728 of the virtual disk".
///
/// The places are those of the image itself, its log replayed in memory. What it does not map yet,
/// since an entry of the block table is still to come, is named by later images.
package struct StructureNames {
  private let image: any ImageFile
  private let map: StructureMap?
  private let later: [StructureMap]
  private let ring: LogRing?

  /// How far in front of a sector of the log the header of its entry is looked for.
  private static let searchedSectorCount: UInt64 = 1024

  /// - Parameters:
  ///   - image: as it stands in the file, its log not replayed.
  ///   - later: the same image when more was written, the nearest first.
  package init(
    _ image: any ImageFile, later: [any ImageFile] = [], recovery: RecoveryProfile = .exact
  ) {
    let maps = later.compactMap { StructureMap(reading: $0, recovery: recovery) }
    self.init(
      image, StructureMap(reading: image, recovery: recovery) ?? maps.first, later: maps)
  }

  /// The names of a crash state.
  ///
  /// - Parameters:
  ///   - state: one of the history's (``DiskHistory/check(_:)``).
  ///   - later: another one whose names are worth more than those at the end of the log.
  package init(
    _ history: DiskHistory, _ state: CrashState, later: CrashState? = nil,
    recovery: RecoveryProfile = .exact
  ) {
    let states = (later.map { [$0] } ?? []) + [CrashState(cut: history.entryCount)]
    self.init(
      StateImage(history, state), later: states.map { StateImage(history, $0) },
      recovery: recovery)
  }

  private init(_ image: any ImageFile, _ map: StructureMap?, later: [StructureMap]) {
    self.image = image
    self.map = map
    self.later = later
    let current = try? HeaderPair(reading: image).current(
      .qemu, fileByteCount: image.byteCount)
    let log = (current?.header.logRange ?? map?.regions.log).flatMap { range in
      range.byteCount % UInt64(LogRing.sectorByteCount) == 0 && !range.isEmpty ? range : nil
    }
    ring = log.map { LogRing(image, range: $0) }
  }

  /// Whether the file is an image of which anything is known.
  package var knowsLayout: Bool { map != nil }

  /// What the parts of a range are, in the file's order; parts of a broken image can lie on each other.
  package func parts(of range: ByteRange) -> [NamedPart] {
    if range.isEmpty { return [] }
    var parts =
      Self.headerSectionParts(range) + logParts(range) + regionParts(range) + blockParts(range)
    parts.sort { $0.range.byteOffset < $1.range.byteOffset }
    return (parts + unusedParts(range, besides: parts)).sorted {
      $0.range.byteOffset < $1.range.byteOffset
    }
  }

  /// ``parts(of:)`` as text, each name once, at most six of them; entries of the log that stand one
  /// after the other as one.
  package func name(of range: ByteRange) -> String {
    var names: [String] = []
    var logNumbers: [UInt64] = []
    for part in parts(of: range) {
      if case .logEntry(let number, _) = part.structure, let last = logNumbers.last,
        number == last &+ 1, let first = logNumbers.first
      {
        names[names.count - 1] = "log entries with numbers \(first) to \(number)"
        logNumbers.append(number)
        continue
      }
      logNumbers = []
      if case .logEntry(let number, _) = part.structure { logNumbers = [number] }
      if names.last != part.structure.description { names.append(part.structure.description) }
    }
    let shown = names.prefix(6).joined(separator: "; ")
    return names.count > 6 ? "\(shown); and \(names.count - 6) more" : shown
  }

  // MARK: The parts

  /// The first MiB: where each part ends, in KiB.
  private static let headerSection: [(endKibibytes: UInt64, structure: ImageStructure)] = [
    (64, .fileIdentifier), (128, .header(.first)), (192, .header(.second)),
    (256, .regionTable(.first)), (320, .regionTable(.second)), (1024, .reserved),
  ]

  private static func headerSectionParts(_ range: ByteRange) -> [NamedPart] {
    var start: UInt64 = 0
    var parts: [NamedPart] = []
    for (endKibibytes, structure) in headerSection {
      let area = ByteRange(byteOffset: start, byteCount: (endKibibytes << 10) - start)
      if let part = part(of: range, in: area, structure) { parts.append(part) }
      start = area.endByteOffset
    }
    return parts
  }

  private func logParts(_ range: ByteRange) -> [NamedPart] {
    guard let ring, let inside = range.intersection(ring.range) else { return [] }
    let sector = UInt64(LogRing.sectorByteCount)
    var parts: [NamedPart] = []
    var start = inside.byteOffset
    while start < inside.endByteOffset {
      let ringByteOffset = (start - ring.range.byteOffset) / sector * sector
      let end = min(ring.range.byteOffset + ringByteOffset + sector, inside.endByteOffset)
      let structure = structure(ofLogSector: ringByteOffset, ring)
      if let last = parts.last, last.structure.isSameEntry(as: structure) {
        parts[parts.count - 1].range.byteCount += end - start
      } else {
        parts.append(
          NamedPart(
            range: ByteRange(byteOffset: start, byteCount: end - start), structure: structure))
      }
      start = end
    }
    return parts
  }

  /// The entry whose header is the nearest in front, where it claims to reach as far as here.
  private func structure(ofLogSector ringByteOffset: UInt64, _ ring: LogRing) -> ImageStructure {
    let inspection = LogEntryInspection(ring: ring)
    let sector = UInt64(LogRing.sectorByteCount)
    for distance in 0..<min(Self.searchedSectorCount, ring.sectorCount) {
      let place = ring.advanced(ringByteOffset, by: ring.byteCount - distance * sector)
      guard let header = inspection.header(at: place) else { continue }
      if distance > 0 && distance * sector >= UInt64(header.entryByteCount) { break }
      return .logEntry(sequenceNumber: header.sequenceNumber, ringByteOffset: place)
    }
    return .log(ringByteOffset: ringByteOffset)
  }

  private func regionParts(_ range: ByteRange) -> [NamedPart] {
    guard let map else { return [] }
    var parts = map.regions.unknown.compactMap {
      Self.part(of: range, in: $0.range, .region($0.guid))
    }
    if let inside = range.intersection(map.regions.blockTable.range) {
      parts += tableParts(inside, map)
    }
    if let inside = range.intersection(map.regions.metadata.range) {
      parts += metadataParts(inside, map)
    }
    return parts
  }

  private func tableParts(_ range: ByteRange, _ map: StructureMap) -> [NamedPart] {
    let table = map.regions.blockTable.range
    guard let geometry = map.geometry, geometry.entryCount > 0 else {
      return [NamedPart(range: range, structure: .blockTableEnd)]
    }
    let entryByteCount = UInt64(BlockTableEntry.byteCount)
    let used = ByteRange(
      byteOffset: table.byteOffset,
      byteCount: min(geometry.entryCount * entryByteCount, table.byteCount))
    let first = (range.byteOffset - table.byteOffset) / entryByteCount
    let last = min(
      (range.endByteOffset - 1 - table.byteOffset) / entryByteCount,
      geometry.entryCount - 1)
    let behind = ByteRange(
      byteOffset: used.endByteOffset, byteCount: table.endByteOffset - used.endByteOffset)
    return [
      first > last
        ? nil
        : Self.part(
          of: range, in: used,
          .blockTable(
            firstEntryIndex: first, lastEntryIndex: last, geometry.role(ofEntry: first))),
      Self.part(of: range, in: behind, .blockTableEnd),
    ].compactMap { $0 }
  }

  private func metadataParts(_ range: ByteRange, _ map: StructureMap) -> [NamedPart] {
    let region = map.regions.metadata.range
    let tableRange = ByteRange(
      byteOffset: region.byteOffset,
      byteCount: min(UInt64(MetadataTable.byteCount), region.byteCount))
    var parts = [Self.part(of: range, in: tableRange, .metadataTable)].compactMap { $0 }
    for entry in map.metadataTable?.entries ?? [] where entry.byteCount > 0 {
      let item = ByteRange(
        byteOffset: region.byteOffset + UInt64(entry.byteOffset),
        byteCount: UInt64(entry.byteCount))
      let known = entry.isUser ? nil : MetadataItem(id: entry.itemID)
      if let part = Self.part(of: range, in: item, .metadataItem(known)) { parts.append(part) }
    }
    parts.sort { $0.range.byteOffset < $1.range.byteOffset }
    return parts
      + Self.gaps(of: range, besides: parts).map {
        NamedPart(range: $0, structure: .metadataItem(nil))
      }
  }

  private func blockParts(_ range: ByteRange) -> [NamedPart] {
    let own = map.map { Self.blockParts(range, $0, isLater: false) } ?? []
    return later.reduce(own) { parts, map in
      parts
        + Self.blockParts(range, map, isLater: true).filter { part in
          !parts.contains { $0.range.overlaps(part.range) }
        }
    }
  }

  private static func blockParts(
    _ range: ByteRange, _ map: StructureMap, isLater: Bool
  ) -> [NamedPart] {
    map.blocks(in: range).compactMap { block in
      guard let inside = range.intersection(block.range) else { return nil }
      switch block.role {
      case .payload(let blockIndex):
        let start = blockIndex * (map.geometry?.blockByteCount ?? 0)
        return NamedPart(
          range: inside,
          structure: .block(
            blockIndex: blockIndex,
            diskByteOffset: start + (inside.byteOffset - block.range.byteOffset),
            isLater: isLater))
      case .bitmap(let chunkIndex):
        return NamedPart(range: inside, structure: .bitmap(chunkIndex: chunkIndex))
      }
    }
  }

  private func unusedParts(_ range: ByteRange, besides parts: [NamedPart]) -> [NamedPart] {
    Self.gaps(of: range, besides: parts).map { NamedPart(range: $0, structure: .unused) }
  }

  /// What no part covers.
  ///
  /// - Parameter parts: in the file's order.
  private static func gaps(of range: ByteRange, besides parts: [NamedPart]) -> [ByteRange] {
    var gaps: [ByteRange] = []
    var reach = range.byteOffset
    for part in parts {
      if part.range.byteOffset > reach {
        gaps.append(ByteRange(byteOffset: reach, byteCount: part.range.byteOffset - reach))
      }
      reach = max(reach, part.range.endByteOffset)
    }
    if reach < range.endByteOffset {
      gaps.append(ByteRange(byteOffset: reach, byteCount: range.endByteOffset - reach))
    }
    return gaps
  }

  private static func part(
    of range: ByteRange, in area: ByteRange, _ structure: ImageStructure
  ) -> NamedPart? {
    range.intersection(area).map { NamedPart(range: $0, structure: structure) }
  }
}

extension ImageStructure {
  /// Whether both are of one log entry, or both of a log that holds none there.
  fileprivate func isSameEntry(as other: ImageStructure) -> Bool {
    switch (self, other) {
    case (.logEntry(_, let first), .logEntry(_, let second)): first == second
    case (.log, .log): true
    default: false
    }
  }
}

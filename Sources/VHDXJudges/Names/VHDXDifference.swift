import Bytes
import Checking
import CrashStates
import VHDX

/// What two crash states of a VHDX image say differently: headers, region tables, the block allocation
/// table as it stands and as replaying the log leaves it, and whether the image opens.
struct VHDXDifference {
  /// What opens the images.
  let recovery: RecoveryProfile
  private var difference = ImageDifference()

  init(recovery: RecoveryProfile) {
    self.recovery = recovery
  }

  func rows(
    _ history: DiskHistory, _ first: CrashState, _ second: CrashState
  ) -> ImageDifference {
    var rows = self
    rows.add(StateImage(history, first), StateImage(history, second))
    return rows.difference
  }

  private mutating func add(_ first: StateImage, _ second: StateImage) {
    add("length of the file", "\(first.byteCount) bytes", "\(second.byteCount) bytes")
    addHeaders(HeaderPair(reading: first), HeaderPair(reading: second))
    addRegionTables(RegionTablePair(reading: first), RegionTablePair(reading: second))
    addTable("in the file", StructureMap(asItStands: first), StructureMap(asItStands: second))
    add("opening it", Self.opening(first, recovery), Self.opening(second, recovery))
    addTable(
      "after recovery", StructureMap(opening: first, recovery: recovery),
      StructureMap(opening: second, recovery: recovery))
  }

  private mutating func add(_ name: String, _ first: String, _ second: String) {
    difference.add(name, first, second)
  }

  private mutating func addHeaders(_ first: HeaderPair, _ second: HeaderPair) {
    for slot in HeaderSlot.allCases {
      let name = ImageStructure.header(slot).description
      guard let one = first[slot].header, let two = second[slot].header else {
        add(name, Self.validity(first[slot].outcome), Self.validity(second[slot].outcome))
        continue
      }
      add("\(name), sequence number", "\(one.sequenceNumber)", "\(two.sequenceNumber)")
      add("\(name), FileWriteGuid", "\(one.fileWriteGUID)", "\(two.fileWriteGUID)")
      add("\(name), DataWriteGuid", "\(one.dataWriteGUID)", "\(two.dataWriteGUID)")
      add("\(name), LogGuid", Self.text(one.logGUID), Self.text(two.logGUID))
      add("\(name), log", Self.logPlace(one), Self.logPlace(two))
    }
  }

  private mutating func addRegionTables(_ first: RegionTablePair, _ second: RegionTablePair) {
    for slot in RegionTableSlot.allCases {
      let (one, two) = slot == .first ? (first.first, second.first) : (first.second, second.second)
      let name = ImageStructure.regionTable(slot).description
      guard let before = try? one.get(), let after = try? two.get() else {
        add(name, Self.validity(one), Self.validity(two))
        continue
      }
      if before != after {
        add(name, "\(before.entries.count) regions", "\(after.entries.count) regions, or others")
      }
    }
  }

  private mutating func addTable(_ when: String, _ first: StructureMap?, _ second: StructureMap?) {
    guard let first, let second, let geometry = second.geometry ?? first.geometry else { return }
    let one = Dictionary(
      first.tableEntries.map { ($0.entryIndex, $0.entry) }, uniquingKeysWith: { $1 })
    let two = Dictionary(
      second.tableEntries.map { ($0.entryIndex, $0.entry) }, uniquingKeysWith: { $1 })
    for entryIndex in Set(one.keys).union(two.keys).sorted() {
      let role = geometry.role(ofEntry: entryIndex)
      let texts = [one[entryIndex], two[entryIndex]].map { Self.text($0, role) }
      add(
        "BAT entry \(entryIndex) (\(ImageStructure.name(role))) \(when)", texts[0], texts[1])
    }
  }

  // MARK: Values

  private static func opening(_ image: StateImage, _ recovery: RecoveryProfile) -> String {
    switch Recovery(profile: recovery).run(on: OverlayImage(image)) {
    case .notNeeded: "clean, no log to replay"
    case .recovered(let summary):
      """
      replays \(summary.replayedEntryCount) log entries, numbers \(summary.tailSequenceNumber) to \
      \(summary.headSequenceNumber)
      """
    case .openedWithoutReplay: "opens although the log has no active sequence"
    case .refused(let refusal): "refused: \(refusal)"
    case .neverEnds: "never ends"
    }
  }

  private static func validity<Value>(_ outcome: Result<Value, FormatError>) -> String {
    switch outcome {
    case .success: "valid"
    case .failure(let error): "not valid: \(error.finding)"
    }
  }

  private static func text(_ guid: GUID) -> String {
    guid.isZero ? "zero, the log is empty" : "\(guid)"
  }

  private static func logPlace(_ header: VHDXHeader) -> String {
    "\(header.logByteCount) bytes at byte \(header.logByteOffset)"
  }

  private static func text(_ entry: BlockTableEntry?, _ role: BlockGeometry.Role) -> String {
    guard let entry else { return "not present" }
    let state =
      switch role {
      case .payload: entry.payloadState.map(name)
      case .bitmap: entry.bitmapState.map { $0 == .present ? "present" : "not present" }
      }
    let place = entry.byteOffset == 0 ? "" : " at byte \(entry.byteOffset)"
    let reserved = entry.isReservedZero ? "" : ", reserved bits set (\(entry.rawValue.hex))"
    return "\(state ?? "reserved state \(entry.stateBits)")\(place)\(reserved)"
  }

  private static func name(_ state: PayloadState) -> String {
    switch state {
    case .notPresent: "not present"
    case .undefined: "undefined"
    case .zero: "zero"
    case .unmapped: "unmapped"
    case .fullyPresent: "fully present"
    case .partiallyPresent: "partially present"
    }
  }
}

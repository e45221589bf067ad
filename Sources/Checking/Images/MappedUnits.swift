import Bytes
import CrashStates

/// Looks at chosen units of the virtual disk of a crash state whose payload is as the file holds it.
struct MappedUnits {
  private let history: DiskHistory
  private let map: DiskMap
  private let state: CrashState
  private let units: JudgedUnits
  /// What was found, by unit.
  private(set) var wrong: [UInt64: WrongUnit] = [:]

  private static let unitByteCount = UInt64(StateSum.unitByteCount)

  init(_ history: DiskHistory, _ map: DiskMap, _ state: CrashState, _ units: JudgedUnits) {
    self.history = history
    self.map = map
    self.state = state
    self.units = units
  }

  /// Units of the file, where the virtual disk stands in them.
  mutating func look(atFileUnits fileUnits: Range<UInt64>) {
    let fileRange = ByteRange(
      byteOffset: fileUnits.lowerBound * Self.unitByteCount,
      byteCount: UInt64(fileUnits.count) * Self.unitByteCount)
    map.forEachExtent(overlapping: fileRange) { extent in
      let start = max(extent.fileByteOffset, fileRange.byteOffset)
      let end = min(extent.fileRange.endByteOffset, fileRange.endByteOffset)
      look(at: extent, from: start - extent.fileByteOffset, to: end - extent.fileByteOffset)
    }
  }

  /// A range of the virtual disk, wherever it stands: what of it is not zero, what was not zero before the first
  /// operation, and what was ever promised. Elsewhere zeroes are what may be there.
  mutating func look(atAll range: ByteRange) {
    for notable in units.notable(in: range.units) { look(at: notable) }
    map.forEachExtent(in: range.units) { part, fileUnit in
      history.forEachUnitHash(of: fileUnit..<fileUnit + UInt64(part.count), in: state) {
        unit, hash in
        judge(part.lowerBound + (unit - fileUnit), hash)
      }
    }
  }

  /// Units of the virtual disk.
  mutating func look(at range: Range<UInt64>) {
    var next = range.lowerBound
    map.forEachExtent(in: range) { part, fileUnit in
      lookAtZeroes(next..<part.lowerBound)
      history.forEachHash(of: fileUnit..<fileUnit + UInt64(part.count), in: state) { unit, hash in
        judge(part.lowerBound + (unit - fileUnit), hash)
      }
      next = part.upperBound
    }
    lookAtZeroes(next..<range.upperBound)
  }

  /// Bytes of an extent, whole units of the file.
  private mutating func look(at extent: DiskMap.Extent, from start: UInt64, to end: UInt64) {
    let firstUnit = extent.range.byteOffset / Self.unitByteCount
    let firstFileUnit = extent.fileByteOffset / Self.unitByteCount
    let part = ByteRange(byteOffset: extent.fileByteOffset + start, byteCount: end - start).units
    history.forEachHash(of: part, in: state) { unit, hash in
      judge(firstUnit + (unit - firstFileUnit), hash)
    }
  }

  private mutating func lookAtZeroes(_ range: Range<UInt64>) {
    for unit in range { judge(unit, StateSum.zeroUnitHash) }
  }

  private mutating func judge(_ unit: UInt64, _ hash: Digest128) {
    let isUndefined = map.isUndefined(unit: unit)
    if units.allows(hash, unit: unit, isUndefined: isUndefined, cut: state.cut) { return }
    wrong[unit] = WrongUnit(unit: unit, hash: hash, isUndefined: isUndefined)
  }
}

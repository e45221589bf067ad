import Bytes
import CrashStates

/// What a virtual disk held before the first entry of the log, by units.
struct InitialDisk {
  private let history: DiskHistory?
  private let map: DiskMap?
  /// Those that are not zero, as runs, ascending.
  let units: [Range<UInt64>]

  /// A disk of zeroes.
  init() {
    history = nil
    map = nil
    units = []
  }

  /// - Parameter map: that of the image before the first entry; `nil` where it did not open.
  init(_ history: DiskHistory, _ map: DiskMap?) {
    self.history = history
    self.map = map
    var units: [Range<UInt64>] = []
    for extent in map?.extents ?? [] {
      let fileUnits = extent.fileRange.units
      let firstUnit = extent.range.byteOffset / UInt64(StateSum.unitByteCount)
      history.forEachUnitHash(of: fileUnits, in: CrashState(cut: 0)) { fileUnit, hash in
        if hash == StateSum.zeroUnitHash { return }
        let unit = firstUnit + (fileUnit - fileUnits.lowerBound)
        units.append(unit..<unit + 1)
      }
    }
    self.units = units.merged
  }

  func hash(ofUnit unit: UInt64) -> Digest128 {
    let unitByteCount = UInt64(StateSum.unitByteCount)
    guard let history, let place = map?.fileByteOffset(of: unit * unitByteCount) else {
      return StateSum.zeroUnitHash
    }
    return history.unitHash(
      history.contents(ofUnit: place / unitByteCount, in: CrashState(cut: 0)))
  }
}

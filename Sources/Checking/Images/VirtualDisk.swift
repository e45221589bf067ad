import Bytes
import CrashStates

/// The whole virtual disk of an opened crash state. What is undefined counts as zeroes in its digest, as most
/// readers answer it; whoever judges a promise asks (``isUndefined(unit:)``).
struct VirtualDisk {
  let byteCount: UInt64
  private let map: DiskMap?
  /// The hash of every unit that is not zero, by unit. Only asked, or gone through where the order does not
  /// show.
  private(set) var unitHashes: [UInt64: Digest128] = [:]

  /// A disk of zeroes.
  init(byteCount: UInt64) {
    self.byteCount = byteCount
    map = nil
  }

  /// - Parameter map: that of `opened`.
  init(_ map: DiskMap, of image: StateImage, _ opened: OpenedState) {
    byteCount = map.virtualDiskByteCount
    self.map = map
    if opened.changesPayload {
      addUnits(map, of: opened.file(over: image))
    } else {
      addUnits(map, of: image)
    }
  }

  var digest: Digest128 {
    var sum = StateSum()
    for (unit, hash) in unitHashes { sum += StateSum.contribution(ofHash: hash, unitIndex: unit) }
    return sum.digest(diskByteCount: byteCount)
  }

  /// Whether the format leaves open what a unit holds.
  func isUndefined(unit: UInt64) -> Bool { map?.isUndefined(unit: unit) ?? false }

  private mutating func addUnits(_ map: DiskMap, of image: StateImage) {
    let unit = UInt64(StateSum.unitByteCount)
    for extent in map.extents {
      let fileUnits = extent.fileRange.units
      let firstUnit = extent.range.byteOffset / unit
      image.history.forEachUnitHash(of: fileUnits, in: image.state) { fileUnit, hash in
        add(hash, unit: firstUnit + (fileUnit - fileUnits.lowerBound))
      }
    }
  }

  private mutating func addUnits(_ map: DiskMap, of file: OverlayImage) {
    let unit = UInt64(StateSum.unitByteCount)
    for extent in map.extents {
      for place in 0..<UInt64(extent.range.units.count) {
        let bytes = file.unit(at: extent.fileByteOffset / unit + place)
        add(Checksum.xxh3Wide(bytes), unit: extent.range.byteOffset / unit + place)
      }
    }
  }

  mutating func add(_ hash: Digest128, unit: UInt64) {
    if hash == StateSum.zeroUnitHash { return }
    unitHashes[unit] = hash
  }
}

import Bytes
import CrashStates

/// The virtual disk of an opened crash state, page by page of 64 KiB. What is undefined counts as zeroes
/// in its digest, as most readers answer it; whoever judges a promise asks (``isUndefined(page:)``).
struct VirtualDisk {
  static let unitCountPerPage: UInt64 = 128

  let byteCount: UInt64
  /// Whole blocks, ascending.
  private let undefinedRanges: [ByteRange]
  /// What the units of each page add up to; a page that is not listed is all zero.
  private(set) var pageSums: [UInt64: StateSum] = [:]
  /// The hash of every unit that is not known to be zero.
  private(set) var unitHashes: [UInt64: [(unit: UInt64, hash: Digest128)]] = [:]

  /// A disk of zeroes.
  init(byteCount: UInt64) {
    self.byteCount = byteCount
    undefinedRanges = []
  }

  /// - Parameter map: that of `opened`.
  init(_ map: DiskMap, of image: StateImage, _ opened: OpenedState) {
    byteCount = map.virtualDiskByteCount
    undefinedRanges = map.undefinedRanges
    if opened.changesPayload {
      addUnits(map, of: opened.file(over: image))
    } else {
      addUnits(map, of: image)
    }
  }

  var digest: Digest128 {
    var sum = StateSum()
    for page in pageSums.values { sum += page }
    return sum.digest(diskByteCount: byteCount)
  }

  /// Whether the format leaves open what a page holds. Blocks are made of whole pages.
  func isUndefined(page: UInt64) -> Bool {
    let byteOffset = page * Self.unitCountPerPage * UInt64(StateSum.unitByteCount)
    let place = undefinedRanges.partitioningIndex { $0.endByteOffset > byteOffset }
    return place < undefinedRanges.count && undefinedRanges[place].byteOffset <= byteOffset
  }

  /// The hashes of a page's units that are not known to be zero.
  func hashes(ofPage page: UInt64) -> [(unit: UInt64, hash: Digest128)] { unitHashes[page] ?? [] }

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
    let page = unit / Self.unitCountPerPage
    pageSums[page, default: StateSum()] += StateSum.contribution(ofHash: hash, unitIndex: unit)
    unitHashes[page, default: []].append((unit, hash))
  }
}

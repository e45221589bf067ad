import Bytes
import VHDX

/// Where two files are not the same, in sectors of 4096 bytes. Behind its end a file reads as zeroes.
///
/// The two headers are left out: each writable opening changes them.
struct SectorDifference {
  static let maximumSectorCount = 64
  /// How much of two files is compared.
  static let maximumByteCount: UInt64 = 1 << 26

  /// Where the first sectors that differ start, ascending.
  private(set) var sectors: [UInt64] = []

  var isEmpty: Bool { sectors.isEmpty }

  private static let pageByteCount = UInt64(SparseBytes.pageByteCount)
  private static let sectorByteCount = UInt64(LogRing.sectorByteCount)

  /// Compares two files where they can differ: everywhere, unless both lie over one and the same file.
  init(_ one: any ImageFile, _ other: any ImageFile, from firstByteOffset: UInt64 = 0) {
    var restByteCount = Self.maximumByteCount
    for range in Self.candidates(one, other) where restByteCount > 0 {
      var start = max(range.byteOffset, firstByteOffset)
      while start < range.endByteOffset, restByteCount > 0,
        sectors.count < Self.maximumSectorCount
      {
        let pageEnd = start - start % Self.pageByteCount + (Self.pageByteCount - 1)
        let end = pageEnd < range.endByteOffset ? pageEnd + 1 : range.endByteOffset
        compare(one, other, ByteRange(byteOffset: start, byteCount: end - start))
        restByteCount -= min(restByteCount, end - start)
        start = end
      }
    }
  }

  private mutating func compare(
    _ one: any ImageFile, _ other: any ImageFile, _ range: ByteRange
  ) {
    let left = one.readPadded(range)
    let right = other.readPadded(range)
    if Checksum.xxh3Wide(left) == Checksum.xxh3Wide(right) { return }
    for index in stride(from: 0, to: left.count, by: Int(Self.sectorByteCount)) {
      let end = min(index + Int(Self.sectorByteCount), left.count)
      let place = range.byteOffset + UInt64(index)
      if HeaderSlot.allCases.contains(where: { $0.byteOffset == place }) { continue }
      if left[index..<end] != right[index..<end], sectors.count < Self.maximumSectorCount {
        sectors.append(place)
      }
    }
  }

  private static func candidates(
    _ one: any ImageFile, _ other: any ImageFile
  ) -> [ByteRange] {
    let bottoms = [bottom(of: one), bottom(of: other)]
    if bottoms[0].file === bottoms[1].file {
      return OverlayImage.merged(bottoms[0].touched + bottoms[1].touched)
    }
    return [ByteRange(byteOffset: 0, byteCount: max(one.byteCount, other.byteCount))]
  }

  private static func bottom(
    of file: any ImageFile
  ) -> (file: any ImageFile, touched: [ByteRange]) {
    var file = file
    var touched: [ByteRange] = []
    while true {
      if let overlay = file as? OverlayImage {
        touched += overlay.touched
        file = overlay.base
      } else if let replayed = file as? ReplayedFile {
        touched += replayed.touched
        file = replayed.base
      } else {
        return (file, touched)
      }
    }
  }
}

extension ImageFile {
  /// The bytes of a range, zeroes beyond the end of the file.
  func readPadded(_ range: ByteRange) -> [UInt8] {
    let end = min(range.endByteOffset, byteCount)
    guard range.byteOffset < end else {
      return [UInt8](repeating: 0, count: Int(range.byteCount))
    }
    let bytes = read(ByteRange(byteOffset: range.byteOffset, byteCount: end - range.byteOffset))
    if UInt64(bytes.count) == range.byteCount { return bytes }
    return bytes + [UInt8](repeating: 0, count: Int(range.byteCount) - bytes.count)
  }

  /// The 4096 bytes of a sector, zeroes beyond the end of the file.
  func sector(at byteOffset: UInt64) -> [UInt8] {
    let byteCount = min(UInt64(LogRing.sectorByteCount), .max - byteOffset)
    return readPadded(ByteRange(byteOffset: byteOffset, byteCount: byteCount))
  }
}

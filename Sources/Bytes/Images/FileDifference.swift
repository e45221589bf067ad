/// Where two image files are not the same, over any length; what both know to be zero is passed over
/// unread.
package enum FileDifference {
  private static let pieceByteCount = UInt64(1) << 16
  /// The grain of holes.
  private static let pageByteCount = UInt64(4096)

  /// The first byte from `byteOffset` on that differs, up to the end of the shorter file.
  package static func firstByteOffset(
    _ one: any ImageFile, _ other: any ImageFile, from byteOffset: UInt64
  ) -> UInt64? {
    let end = min(one.byteCount, other.byteCount)
    var start = byteOffset
    while start < end {
      let zeroByteCount = min(
        one.knownZeroByteCount(at: start), other.knownZeroByteCount(at: start))
      if zeroByteCount > 0 {
        start += zeroByteCount
        continue
      }
      let byteCount = min(pieceByteCount - start % pieceByteCount, end - start)
      let range = ByteRange(byteOffset: start, byteCount: byteCount)
      if let index = firstIndex(bytes(of: one, range), bytes(of: other, range)) {
        return start + UInt64(index)
      }
      start += byteCount
    }
    return nil
  }

  /// Without touching holes: reading one of a mapped file makes tmpfs fill it, and where there is no
  /// space left that ends the process.
  private static func bytes(of file: any ImageFile, _ range: ByteRange) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(range.byteCount))
    var start = range.byteOffset
    while start < range.endByteOffset {
      let left = range.endByteOffset - start
      let zeroByteCount = min(file.knownZeroByteCount(at: start), left)
      if zeroByteCount > 0 {
        bytes.append(contentsOf: repeatElement(0, count: Int(zeroByteCount)))
        start += zeroByteCount
      } else {
        let byteCount = min(pageByteCount - start % pageByteCount, left)
        bytes += file.read(ByteRange(byteOffset: start, byteCount: byteCount))
        start += byteCount
      }
    }
    return bytes
  }

  private static func firstIndex(_ one: [UInt8], _ other: [UInt8]) -> Int? {
    // Checksums, because comparing arrays takes a debug build long.
    if Checksum.xxh3Wide(one) == Checksum.xxh3Wide(other) { return nil }
    return one.indices.first { one[$0] != other[$0] }
  }
}

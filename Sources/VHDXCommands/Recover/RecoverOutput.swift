import Bytes
import Host

/// The recovered image as a file of its own.
enum RecoverOutput {
  // Small, so that a change amid a hole does not make much of the hole be read.
  private static let pieceByteCount: UInt64 = 1 << 16

  /// Writes the whole recovered image to a file of its own, sparse where it is zero.
  ///
  /// - Parameter mode: who may read it.
  static func copy(
    _ overlay: OverlayImage, to path: String, mode: CopyMode
  ) throws(HostError) {
    let file = try SparseImageFile(path, byteCount: overlay.byteCount, mode: mode)
    let lowerByteCount = min(overlay.base.byteCount, overlay.byteCount)
    try copy(ByteRange(byteOffset: 0, byteCount: lowerByteCount), of: overlay, to: file)
    // Behind the old end only changes are not zero, and the new end can be far away.
    for case .write(let byteOffset, let bytes) in overlay.changes {
      let start = max(byteOffset, lowerByteCount)
      let end = min(byteOffset + UInt64(bytes.count), overlay.byteCount)
      guard start < end else { continue }
      try copy(ByteRange(byteOffset: start, byteCount: end - start), of: overlay, to: file)
    }
    try file.finish()
  }

  private static func copy(
    _ range: ByteRange, of overlay: OverlayImage, to file: SparseImageFile
  ) throws(HostError) {
    var byteOffset = range.byteOffset
    while byteOffset < range.endByteOffset {
      // The new file is zero already.
      let zeroByteCount = overlay.knownZeroByteCount(at: byteOffset)
      if zeroByteCount > 0 {
        byteOffset += min(zeroByteCount, range.endByteOffset - byteOffset)
        continue
      }
      let byteCount = min(pieceByteCount, range.endByteOffset - byteOffset)
      let piece = ByteRange(byteOffset: byteOffset, byteCount: byteCount)
      try file.write(overlay.read(piece), at: byteOffset)
      byteOffset += byteCount
    }
  }
}

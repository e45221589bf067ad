import Bytes
import Host
import VHDX

/// Puts what recovery did to an overlay into files.
enum RecoverOutput {
  // Small, so that a change amid a hole does not make much of the hole be read.
  private static let pieceByteCount: UInt64 = 1 << 16

  /// Does one change to the file itself. A flush is a sync, so that changes that are carried out in
  /// order can be cut off anywhere and done again.
  static func carryOut(_ change: ImageChange, on file: WritableFile) throws(HostError) {
    switch change {
    case .write(let byteOffset, let bytes): try file.write(bytes, at: byteOffset)
    case .zero(let range): try file.zero(range)
    case .resize(let byteCount): try file.resize(toByteCount: byteCount)
    case .flush: try file.sync()
    }
  }

  /// Does one change to an image that is being written, which nobody sees before it is whole.
  static func carryOut(_ change: ImageChange, on file: SparseImageFile) throws(HostError) {
    switch change {
    case .write(let byteOffset, let bytes):
      try grow(file, toHold: ByteRange(byteOffset: byteOffset, byteCount: UInt64(bytes.count)))
      try file.write(bytes, at: byteOffset)
    case .zero(let range):
      try grow(file, toHold: range)
      try file.zero(range)
    case .resize(let byteCount): try file.resize(toByteCount: byteCount)
    case .flush: break
    }
  }

  private static func grow(
    _ file: SparseImageFile, toHold range: ByteRange
  ) throws(HostError) {
    if range.endByteOffset > file.byteCount { try file.resize(toByteCount: range.endByteOffset) }
  }

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

import Bytes
import Host

/// Puts what was done to an overlay into files.
package enum ImageChanges {
  /// Does one change to the file itself. A flush is a sync, so that changes that are carried out in
  /// order can be cut off anywhere and done again.
  package static func carryOut(_ change: ImageChange, on file: WritableFile) throws(HostError) {
    switch change {
    case .write(let byteOffset, let bytes): try file.write(bytes, at: byteOffset)
    case .zero(let range): try file.zero(range)
    case .resize(let byteCount): try file.resize(toByteCount: byteCount)
    case .flush: try file.sync()
    }
  }

  /// Does one change to an image that is being written, which nobody sees before it is whole.
  package static func carryOut(_ change: ImageChange, on file: SparseImageFile) throws(HostError) {
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
}

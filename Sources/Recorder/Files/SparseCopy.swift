import Bytes
import Host

/// A copy of a file that has holes where the file has them, and that nobody else can read.
package enum SparseCopy {
  private static let pieceByteCount = 1 << 20

  /// Makes a copy that shares the file's blocks, where the file system can do that; says whether it has.
  ///
  /// - Throws: ``HostError`` where the file cannot be read, or the copy not be made.
  static func isClone(of path: String, at target: String) throws(HostError) -> Bool {
    let copy = try SparseImageFile(target, byteCount: 0, mode: CopyMode(ofCopyOf: path))
    guard try copy.clone(path) else { return false }
    try copy.finishForShortUse()
    return true
  }

  /// - Parameters:
  ///   - mode: who may read the copy; `nil`: who may read the file.
  ///   - isDurable: whether it is on the disk when this returns.
  /// - Throws: ``HostError`` where one of them cannot be read or the other not be written.
  package static func make(
    of path: String, at target: String, mode: CopyMode? = nil, isDurable: Bool = false
  ) throws(HostError) {
    let region = try MappedFile.map(path, access: .sequential)
    let copy = try SparseImageFile(
      target, byteCount: UInt64(region.byteCount), mode: mode ?? CopyMode(ofCopyOf: path))
    if region.byteCount > pieceByteCount, try copy.clone(path) {
      return try isDurable ? copy.finish() : copy.finishForShortUse()
    }
    var start = 0
    while start < region.byteCount {
      let extent = region.extent(at: start)
      let end = min(extent?.endByteOffset ?? region.byteCount, start + pieceByteCount)
      if let extent, extent.isHole {
        start = extent.endByteOffset
        continue
      }
      try copy.write(region, in: start..<end, at: UInt64(start))
      start = end
    }
    if isDurable { try copy.finish() } else { try copy.finishForShortUse() }
  }
}

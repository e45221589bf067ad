import Bytes
import Host

/// A copy of a file that has holes where the file has them, and that nobody else can read.
package enum SparseCopy {
  private static let pieceByteCount = 1 << 20

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

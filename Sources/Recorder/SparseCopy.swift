import Bytes
import Host

/// A copy of a file that has holes where the file has them.
public enum SparseCopy {
  private static let pieceByteCount = 1 << 20

  /// - Throws: ``HostError`` where one of them cannot be read or the other not be written.
  public static func make(of path: String, at target: String) throws(HostError) {
    let region = try MappedFile.map(path, access: .sequential)
    let copy = try SparseImageFile(target, byteCount: UInt64(region.byteCount))
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
    try copy.finishForShortUse()
  }
}

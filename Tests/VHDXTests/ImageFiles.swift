import Bytes
import Host
import VHDX

/// Images as files, for other programs.
enum ImageFiles {
  static func write(_ layout: VHDXLayout, to path: String) throws {
    let file = try SparseImageFile(path, byteCount: layout.fileByteCount)
    try layout.forEachPiece { try file.write($0, at: $1) }
    try file.finish()
  }

  static func open(
    _ path: String, options: ImageReadingOptions = .strict
  ) throws -> VHDXImage {
    try VHDXImage(reading: RegionImage(MappedFile.map(path)), options: options)
  }

  /// Copies the virtual disk into a raw image, through ``VHDXImage/read(_:)`` alone.
  static func export(_ image: VHDXImage, to path: String) throws {
    let file = try SparseImageFile(path, byteCount: image.virtualDiskByteCount)
    var byteOffset: UInt64 = 0
    while byteOffset < image.virtualDiskByteCount {
      // Not a divisor of a block, so that reads cross from one into the next.
      let byteCount = min(3 << 19, image.virtualDiskByteCount - byteOffset)
      try file.write(
        image.read(ByteRange(byteOffset: byteOffset, byteCount: byteCount)), at: byteOffset)
      byteOffset += byteCount
    }
    try file.finish()
  }

  /// Copies what the extents name into a raw image.
  static func exportExtents(_ image: VHDXImage, to path: String) throws {
    let file = try SparseImageFile(path, byteCount: image.virtualDiskByteCount)
    var extents: [PayloadExtent] = []
    try image.forEachExtent { extents.append($0) }
    for extent in extents {
      try file.write(
        image.file.read(
          ByteRange(byteOffset: extent.fileByteOffset, byteCount: extent.range.byteCount)),
        at: extent.range.byteOffset)
    }
    try file.finish()
  }
}

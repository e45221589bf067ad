import Bytes
import Checking

extension VDIImage {
  /// The bytes of a part of the virtual disk. Blocks that were never allocated, or discarded, read
  /// as zeroes.
  ///
  /// - Precondition: the range ends inside of the virtual disk.
  /// - Throws: ``FormatError`` at a block that has no place in the file (rule V03); never where the
  ///   map was looked at when the image was opened.
  package func read(_ range: ByteRange) throws(FormatError) -> [UInt8] {
    precondition(
      range.endByteOffset <= virtualDiskByteCount, "a read ends inside of the virtual disk")
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(range.byteCount))
    var byteOffset = range.byteOffset
    while byteOffset < range.endByteOffset {
      let entryIndex = byteOffset / UInt64(header.blockByteCount)
      let block = header.diskRange(ofEntry: entryIndex)
      let end = min(block.endByteOffset, range.endByteOffset)
      let place = try blockMap.place(of: blockMap.entry(at: entryIndex), at: entryIndex)
      bytes += read(
        from: place,
        ByteRange(byteOffset: byteOffset - block.byteOffset, byteCount: end - byteOffset))
      byteOffset = end
    }
    return bytes
  }

  /// Calls `body` with every block that the file holds, in the virtual disk's order. The last
  /// block's extent ends where the disk does.
  ///
  /// - Throws: ``FormatError`` as ``read(_:)`` does.
  package func forEachExtent(
    _ body: (DiskMap.Extent) throws(FormatError) -> Void
  ) throws(FormatError) {
    try blockMap.forEachEntry { (entryIndex, entry) throws(FormatError) in
      guard let place = try blockMap.place(of: entry, at: entryIndex), !place.isEmpty else {
        return
      }
      try body(
        DiskMap.Extent(
          range: header.diskRange(ofEntry: entryIndex), fileByteOffset: place.byteOffset))
    }
  }

  /// - Parameter part: within the block.
  private func read(from place: ByteRange?, _ part: ByteRange) -> [UInt8] {
    guard let place else { return [UInt8](repeating: 0, count: Int(part.byteCount)) }
    return file.read(
      ByteRange(byteOffset: place.byteOffset + part.byteOffset, byteCount: part.byteCount))
  }
}

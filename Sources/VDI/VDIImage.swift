import Bytes
import Rules

/// An image of a disk as VirtualBox and QEMU keep it in a `.vdi` file, opened for reading.
///
/// Source: docs/vdi.md.
package final class VDIImage {
  /// When the block map is looked at.
  package enum BlockMapReading: Sendable {
    /// Every entry, when the image is opened.
    case atOpening
    /// Each entry when its block is read; blocks that are shared or not counted are not found.
    case whenRead
  }

  package let file: any ImageFile
  package let blockMap: VDIBlockMap

  package var header: VDIHeader { blockMap.header }
  package var virtualDiskByteCount: UInt64 { header.virtualDiskByteCount }

  /// - Throws: ``FormatError`` at the first defect (``forEachDefect(of:limit:_:)``); with
  ///   `whenRead` at the first one of the header.
  package init(
    reading file: any ImageFile, blockMap reading: BlockMapReading = .atOpening
  ) throws(FormatError) {
    if reading == .atOpening {
      try Self.forEachDefect(of: file, limit: 1) { (defect) throws(FormatError) in throw defect }
    }
    let header = try VDIHeader(reading: file)
    try header.forEachDefect(fileByteCount: file.byteCount) { (defect) throws(FormatError) in
      throw defect
    }
    self.file = file
    blockMap = VDIBlockMap(of: file, header: header)
  }

  /// Whether the file says of itself that it is such an image.
  package static func recognizes(_ file: any ImageFile) -> Bool {
    let range = ByteRange(byteOffset: 64, byteCount: 4)
    guard range.endByteOffset <= file.byteCount else { return false }
    return ByteRegion(file.read(range)).load(at: 0, as: UInt32.self) == VDIHeader.signature
  }

  /// Calls `note` with everything that is wrong with the image, the header first, then the block
  /// map in its order, then the count. Where the header does not hold, nothing is said of what it
  /// leads to.
  ///
  /// This is the only walk that knows the rules V01 to V07: opening throws the first of what a
  /// judge collects.
  ///
  /// - Parameter limit: how many of each rule are told.
  package static func forEachDefect<Failure: Error>(
    of file: any ImageFile, limit: Int, _ note: (FormatError) throws(Failure) -> Void
  ) throws(Failure) {
    let header: VDIHeader
    do throws(FormatError) { header = try VDIHeader(reading: file) } catch {
      return try note(error)
    }
    var identities = DefectLimit(limit)
    var values = DefectLimit(limit)
    var headerHolds = true
    try header.forEachDefect(fileByteCount: file.byteCount) { (defect) throws(Failure) in
      headerHolds = false
      switch defect.rule {
      case .v01: if identities.takesOne() { try note(defect) }
      case .v02: if values.takesOne() { try note(defect) }
      default: try note(defect)
      }
    }
    if !headerHolds { return }
    try VDIBlockMap(of: file, header: header).forEachDefect(limit: limit, note)
  }

  /// Everything that is wrong with the image, in the order of ``forEachDefect(of:limit:_:)``, and why it
  /// is not read here.
  ///
  /// - Parameter limit: how many of each rule there are at most.
  package static func defects(of file: any ImageFile, limit: Int = 64) -> [FormatError] {
    var defects: [FormatError] = []
    forEachDefect(of: file, limit: limit) { defects.append($0) }
    return defects
  }
}

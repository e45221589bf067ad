import Bytes
import VHDX

/// What a byte of an image belongs to, in words for a report.
enum StructureName {
  static func ofByte(at byteOffset: UInt64, in file: any ImageFile) -> String {
    let header = try? HeaderPair(reading: file).current(.qemu, fileByteCount: file.byteCount)
    let byte = ByteRange(byteOffset: byteOffset, byteCount: 1)
    if let log = header?.header.logRange, log.overlaps(byte) { return "the log" }
    guard let table = try? RegionTablePair(reading: file).current(.firstValid),
      let regions = try? ImageRegions(table: table, log: nil, fileByteCount: file.byteCount)
    else { return "a place that the region tables do not tell" }
    if regions.blockTable.range.overlaps(byte) {
      let index = (byteOffset - regions.blockTable.range.byteOffset) / 8
      return "the block table, entry \(index)"
    }
    if regions.metadata.range.overlaps(byte) { return "the metadata region" }
    if regions.unknown.contains(where: { $0.range.overlaps(byte) }) {
      return "a region of another program"
    }
    return "the payload, or in free space"
  }
}

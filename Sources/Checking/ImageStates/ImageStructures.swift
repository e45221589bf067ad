import Bytes
import VHDX

/// The structures of an image that seldom change: where its regions are, and what its metadata says.
struct ImageStructures {
  var regions: ImageRegions
  var metadata: ImageMetadata

  /// - Parameter log: the log's place by the current header.
  /// - Throws: ``FormatError`` at the first field that is missing or wrong.
  init(
    reading file: any ImageFile, log: ByteRange?, tables: RegionTableChoice
  ) throws(FormatError) {
    _ = try FileIdentifier(reading: file)
    regions = try ImageRegions(
      table: RegionTablePair(reading: file).current(tables), log: log,
      fileByteCount: file.byteCount)
    metadata = try ImageMetadata(reading: file, region: regions.metadata.range)
  }
}

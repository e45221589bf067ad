import Bytes

/// One of the two headers of an image: what is written when the file changes hands.
///
///     byte  0   4  signature       "head"
///     byte  4   4  checksum        CRC-32C over all 4096 bytes, these four as zero
///     byte  8   8  sequenceNumber  the larger one of two valid headers is current
///     byte 16  16  fileWriteGUID   fresh before the first change of each writable open
///     byte 32  16  dataWriteGUID   fresh before the first change that the guest can see
///     byte 48  16  logGUID         zero: the log is empty; else only its entries are valid
///     byte 64   2  logVersion      0
///     byte 66   2  version         1
///     byte 68   4  logByteCount    a multiple of 1 MiB
///     byte 72   8  logByteOffset   a multiple of 1 MiB
///     byte 80  4016  reserved      written as zero, ignored when read
///
/// All numbers are little-endian.
///
/// Source: [MS-VHDX] 2.2.2 (v20240423).
package struct VHDXHeader: Equatable, Sendable {
  package static let byteCount = 4096
  package static let signature = Array("head".utf8)
  /// The only version of the format, and of its log.
  package static let version: UInt16 = 1
  package static let logVersion: UInt16 = 0
  package static let reservedByteOffset = 80

  package var sequenceNumber: UInt64
  package var fileWriteGUID: GUID
  package var dataWriteGUID: GUID
  /// Zero where the log is empty.
  package var logGUID: GUID
  package var logVersion: UInt16
  package var version: UInt16
  package var logByteCount: UInt32
  package var logByteOffset: UInt64

  package init(
    sequenceNumber: UInt64, fileWriteGUID: GUID, dataWriteGUID: GUID, logGUID: GUID = .zero,
    logVersion: UInt16 = VHDXHeader.logVersion, version: UInt16 = VHDXHeader.version,
    logByteCount: UInt32, logByteOffset: UInt64
  ) {
    self.sequenceNumber = sequenceNumber
    self.fileWriteGUID = fileWriteGUID
    self.dataWriteGUID = dataWriteGUID
    self.logGUID = logGUID
    self.logVersion = logVersion
    self.version = version
    self.logByteCount = logByteCount
    self.logByteOffset = logByteOffset
  }

  /// Reads a header that is valid in the sense of the specification: signature and checksum hold.
  /// What its fields say is looked at for the current header only: ``forEachDefect(at:fileByteCount:_:)``.
  ///
  /// - Parameter byteOffset: where the bytes stand in the file; errors name places from there.
  /// - Throws: ``FormatError``.
  package init(parsing bytes: [UInt8], at byteOffset: UInt64) throws(FormatError) {
    guard bytes.count >= Self.byteCount else {
      throw FormatError(
        .truncated, breaking: .h03, field: "header", at: byteOffset,
        expected: "\(Self.byteCount) bytes",
        found: "\(bytes.count)", hint: "The image ends inside of its header section.")
    }
    let bytes = bytes.count == Self.byteCount ? bytes : [UInt8](bytes.prefix(Self.byteCount))
    try Signature.check(
      Self.signature, in: bytes, structure: "header", at: byteOffset, breaking: .h03)
    var reader = ByteReader(ByteRegion(bytes), at: Self.signature.count, breaking: .h03)
    let checksum: UInt32 = try reader.read("header.checksum")
    try StructureChecksum.check(
      bytes, found: checksum, structure: "header", at: byteOffset, breaking: .h03)
    sequenceNumber = try reader.read("header.sequenceNumber")
    fileWriteGUID = try reader.readGUID("header.fileWriteGUID")
    dataWriteGUID = try reader.readGUID("header.dataWriteGUID")
    logGUID = try reader.readGUID("header.logGUID")
    logVersion = try reader.read("header.logVersion")
    version = try reader.read("header.version")
    logByteCount = try reader.read("header.logByteCount")
    logByteOffset = try reader.read("header.logByteOffset")
  }

  /// All 4096 bytes, with their checksum.
  package func encode() -> [UInt8] {
    var writer = ByteWriter(reservingByteCount: Self.byteCount)
    writer.write(Self.signature)
    writer.write(UInt32(0))
    writer.write(sequenceNumber)
    writer.write(fileWriteGUID)
    writer.write(dataWriteGUID)
    writer.write(logGUID)
    writer.write(logVersion)
    writer.write(version)
    writer.write(logByteCount)
    writer.write(logByteOffset)
    writer.pad(toByteCount: Self.byteCount)
    var bytes = writer.bytes
    StructureChecksum.seal(&bytes)
    return bytes
  }
}

import Bytes

/// What one descriptor of a log entry tells replay to do.
///
///     zero   byte  0  4  signature       "zero"
///            byte  4  4  reserved        zero
///            byte  8  8  zeroByteCount   whole 4096-byte sectors
///            byte 16  8  fileByteOffset  a multiple of 4096
///            byte 24  8  sequenceNumber  that of the entry
///     data   byte  0  4  signature       "desc"
///            byte  4  4  trailingBytes   bytes 4092 to 4095 of the update
///            byte  8  8  leadingBytes    bytes 0 to 7 of the update
///            byte 16  8  fileByteOffset  a multiple of 4096
///            byte 24  8  sequenceNumber  that of the entry
///
/// Source: [MS-VHDX] 2.3.1.2 and 2.3.1.3 (v20240423).
package struct LogDescriptor: Equatable, Sendable {
  package enum Kind: Equatable, Sendable {
    case zero(byteCount: UInt64, reserved: UInt32)
    /// The bytes that the data sector has no room for, as little-endian numbers.
    case data(leadingBytes: UInt64, trailingBytes: UInt32)
  }

  package static let byteCount = 32
  static let zeroSignature = Array("zero".utf8)
  static let dataSignature = Array("desc".utf8)
  /// The same four bytes as a little-endian number.
  private static let zeroSignatureNumber: UInt32 = 0x6f72_657a
  private static let dataSignatureNumber: UInt32 = 0x6373_6564

  package var kind: Kind
  package var fileByteOffset: UInt64
  package var sequenceNumber: UInt64

  package init(kind: Kind, fileByteOffset: UInt64, sequenceNumber: UInt64) {
    self.kind = kind
    self.fileByteOffset = fileByteOffset
    self.sequenceNumber = sequenceNumber
  }

  /// `nil` where the signature is neither of the two.
  ///
  /// - Precondition: the region holds 32 bytes from `byteOffset` on.
  init?(loading region: ByteRegion, at byteOffset: Int) {
    // As numbers: a hostile ring has millions of them, and each array would be an allocation.
    let signature = region.load(at: byteOffset, as: UInt32.self)
    let short = region.load(at: byteOffset + 4, as: UInt32.self)
    let long = region.load(at: byteOffset + 8, as: UInt64.self)
    switch signature {
    case Self.zeroSignatureNumber: kind = .zero(byteCount: long, reserved: short)
    case Self.dataSignatureNumber: kind = .data(leadingBytes: long, trailingBytes: short)
    default: return nil
    }
    fileByteOffset = region.load(at: byteOffset + 16, as: UInt64.self)
    sequenceNumber = region.load(at: byteOffset + 24, as: UInt64.self)
  }

  package var isData: Bool {
    if case .data = kind { return true }
    return false
  }

  /// How many bytes of the file it replaces.
  package var targetByteCount: UInt64 {
    switch kind {
    case .zero(let byteCount, _): byteCount
    case .data: UInt64(LogRing.sectorByteCount)
    }
  }

  /// Which bytes of the file it replaces; `nil` where their end does not fit into 64 bits.
  package var target: ByteRange? {
    ByteRange(checking: fileByteOffset, byteCount: targetByteCount)
  }

  func encode() -> [UInt8] {
    var writer = ByteWriter(reservingByteCount: Self.byteCount)
    switch kind {
    case .zero(let byteCount, let reserved):
      writer.write(Self.zeroSignature)
      writer.write(reserved)
      writer.write(byteCount)
    case .data(let leadingBytes, let trailingBytes):
      writer.write(Self.dataSignature)
      writer.write(trailingBytes)
      writer.write(leadingBytes)
    }
    writer.write(fileByteOffset)
    writer.write(sequenceNumber)
    return writer.bytes
  }
}

import Bytes

/// One 4096-byte sector of a logged update, without the twelve bytes that its descriptor keeps.
///
///     byte    0     4  signature     "data"
///     byte    4     4  sequenceHigh  upper half of the entry's sequence number
///     byte    8  4084  payload       bytes 8 to 4091 of the update
///     byte 4092     4  sequenceLow   lower half of the entry's sequence number
///
/// Source: [MS-VHDX] 2.3.1.4 (v20240423).
package struct LogDataSector: Equatable, Sendable {
  package static let byteCount = 4096
  static let signature = Array("data".utf8)
  private static let payload = 8..<4092

  package var bytes: [UInt8]

  /// - Precondition: 4096 bytes.
  init(_ bytes: [UInt8]) {
    precondition(bytes.count == Self.byteCount, "a whole sector")
    self.bytes = bytes
  }

  var hasSignature: Bool { bytes.starts(with: Self.signature) }

  package var sequenceNumber: UInt64 {
    let region = ByteRegion(bytes)
    return UInt64(region.load(at: 4, as: UInt32.self)) << 32
      | UInt64(region.load(at: Self.payload.upperBound, as: UInt32.self))
  }

  /// The 4096 bytes of the update.
  func update(leadingBytes: UInt64, trailingBytes: UInt32) -> [UInt8] {
    var writer = ByteWriter(reservingByteCount: Self.byteCount)
    writer.write(leadingBytes)
    writer.write([UInt8](bytes[Self.payload]))
    writer.write(trailingBytes)
    return writer.bytes
  }

  /// Takes the 4096 bytes of an update apart into descriptor and data sector.
  static func split(
    _ update: [UInt8], fileByteOffset: UInt64, sequenceNumber: UInt64
  ) -> (descriptor: LogDescriptor, sector: [UInt8]) {
    precondition(update.count == byteCount, "an update of one sector")
    let region = ByteRegion(update)
    let kind = LogDescriptor.Kind.data(
      leadingBytes: region.load(at: 0, as: UInt64.self),
      trailingBytes: region.load(at: payload.upperBound, as: UInt32.self))
    var writer = ByteWriter(reservingByteCount: byteCount)
    writer.write(signature)
    writer.write(UInt32(truncatingIfNeeded: sequenceNumber >> 32))
    writer.write([UInt8](update[payload]))
    writer.write(UInt32(truncatingIfNeeded: sequenceNumber))
    let descriptor = LogDescriptor(
      kind: kind, fileByteOffset: fileByteOffset, sequenceNumber: sequenceNumber)
    return (descriptor, writer.bytes)
  }
}

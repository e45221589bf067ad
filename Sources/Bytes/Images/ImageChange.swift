/// What was done to an image file, in order.
package enum ImageChange: Equatable, Sendable {
  case write(byteOffset: UInt64, bytes: [UInt8])
  case zero(ByteRange)
  case resize(toByteCount: UInt64)
  case flush
}

extension ImageChange {
  /// What it changes; `nil` for a flush. A resize changes what is beyond the new end.
  package var range: ByteRange? {
    switch self {
    case .write(let byteOffset, let bytes):
      ByteRange(byteOffset: byteOffset, byteCount: UInt64(bytes.count))
    case .zero(let range): range
    case .resize(let byteCount): ByteRange(byteOffset: byteCount, byteCount: .max - byteCount)
    case .flush: nil
    }
  }
}

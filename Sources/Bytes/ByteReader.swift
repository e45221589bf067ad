import Rules

/// Reads little-endian fields one after the other out of a region, and says where a field is
/// missing.
package struct ByteReader {
  private let region: ByteRegion
  private let endByteOffset: Int
  private let rule: Rule?
  /// Where the next field starts, in bytes from the start of the region.
  package private(set) var byteOffset: Int

  /// Reads from `byteOffset` on, and no further than `byteCount` bytes or the region's end.
  ///
  /// - Parameter rule: what is broken where a field is missing.
  package init(
    _ region: ByteRegion, at byteOffset: Int = 0, byteCount: Int = .max, breaking rule: Rule? = nil
  ) {
    precondition(byteOffset >= 0 && byteCount >= 0)
    self.region = region
    self.rule = rule
    self.byteOffset = byteOffset
    let available = Swift.max(0, region.byteCount - byteOffset)
    endByteOffset = byteOffset + Swift.min(available, byteCount)
  }

  /// The next field.
  ///
  /// - Throws: ``FormatError`` of kind `truncated` where the bytes end before the field does.
  package mutating func read<Value: FixedWidthInteger>(
    _ field: String, as type: Value.Type = Value.self
  ) throws(FormatError) -> Value {
    try require(MemoryLayout<Value>.size, field)
    defer { byteOffset += MemoryLayout<Value>.size }
    return region.load(at: byteOffset, as: type)
  }

  /// The next `byteCount` bytes as they stand.
  ///
  /// - Throws: ``FormatError`` of kind `truncated`.
  package mutating func readBytes(
    _ field: String, byteCount: Int
  ) throws(FormatError) -> [UInt8] {
    try require(byteCount, field)
    defer { byteOffset += byteCount }
    return region.bytes(in: byteOffset..<byteOffset + byteCount)
  }

  private func require(_ byteCount: Int, _ field: String) throws(FormatError) {
    guard byteCount <= endByteOffset - byteOffset else {
      throw FormatError(
        .truncated, breaking: rule, field: field, at: UInt64(byteOffset),
        expected: "\(byteCount) bytes", found: "\(Swift.max(0, endByteOffset - byteOffset))",
        hint: "The file ends too early: copy it again, or check whether its writer was killed.")
    }
  }
}

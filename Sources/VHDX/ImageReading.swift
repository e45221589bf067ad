import Bytes
import Rules

/// 1 MiB: the alignment of everything behind the header section.
///
/// Source: [MS-VHDX] 2.1.
let mebibyteByteCount: UInt64 = 1 << 20

extension ImageFile {
  /// The bytes of a structure, or which one the file is too short for.
  ///
  /// - Parameter rule: what is broken where the file ends before the structure does.
  /// - Throws: ``FormatError`` of kind `truncated`. The range need not lie inside of the file; how
  ///   many bytes that may be is for the caller to bound.
  package func read(
    _ field: String, in range: ByteRange, breaking rule: Rule
  ) throws(FormatError) -> [UInt8] {
    guard range.endByteOffset <= byteCount else {
      throw FormatError(
        .truncated, breaking: rule, field: field, at: range.byteOffset,
        expected: "\(range.byteCount) bytes",
        found: "a file of \(byteCount) bytes",
        hint: "The image ends too early: copy it again, or check whether its writer was killed.")
    }
    return read(range)
  }
}

extension ByteReader {
  /// The next 16 bytes as a GUID.
  ///
  /// - Throws: ``FormatError`` of kind `truncated`.
  mutating func readGUID(_ field: String) throws(FormatError) -> GUID {
    let low: UInt64 = try read(field)
    let high: UInt64 = try read(field)
    return GUID(low: low, high: high)
  }
}

extension ByteWriter {
  mutating func write(_ guid: GUID) {
    write(guid.low)
    write(guid.high)
  }
}

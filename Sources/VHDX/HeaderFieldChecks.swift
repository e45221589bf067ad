import Bytes

/// What must hold of the current header, and need not hold of the other one.
///
/// Source: [MS-VHDX] 2.2.2; rules H05, H06 and H07.
extension VHDXHeader {
  /// - Parameter byteOffset: where this header stands in the file.
  /// - Throws: ``FormatError`` at the version that cannot be read.
  package func checkVersions(at byteOffset: UInt64) throws(FormatError) {
    guard version == Self.version else {
      throw FormatError(
        .wrongValue, breaking: .h05, field: "header.version", at: byteOffset + 66,
        expected: "\(Self.version)",
        found: "\(version)", hint: "Only version 1 of the format exists.")
    }
    guard logVersion == Self.logVersion || logGUID.isZero else {
      throw FormatError(
        .wrongValue, breaking: .h06, field: "header.logVersion", at: byteOffset + 64,
        expected: "\(Self.logVersion), since the log is not empty", found: "\(logVersion)",
        hint: "The log must be replayed by the program that wrote it.")
    }
  }

  /// The log's place in the file; `nil` where its end does not fit into 64 bits.
  package var logRange: ByteRange? {
    ByteRange(checking: logByteOffset, byteCount: UInt64(logByteCount))
  }

  /// A log of no bytes passes where it need not hold anything.
  ///
  /// - Parameter byteOffset: where this header stands in the file.
  /// - Throws: ``FormatError`` at the first field that is unaligned or leads out of the file.
  package func checkLogRange(at byteOffset: UInt64, fileByteCount: UInt64) throws(FormatError) {
    guard UInt64(logByteCount) % mebibyteByteCount == 0, logByteCount > 0 || logGUID.isZero else {
      throw FormatError(
        .outOfRange, breaking: .h07, field: "header.logByteCount", at: byteOffset + 68,
        expected: "a multiple of \(mebibyteByteCount) bytes, and not 0 while logGUID is set",
        found: "\(logByteCount)", hint: "The header is damaged; its log cannot be read.")
    }
    // A log of no bytes stands nowhere.
    if logByteCount == 0 { return }
    guard logByteOffset % mebibyteByteCount == 0, logByteOffset >= mebibyteByteCount else {
      throw FormatError(
        .outOfRange, breaking: .h07, field: "header.logByteOffset", at: byteOffset + 72,
        expected: "a multiple of \(mebibyteByteCount) bytes, and not 0", found: "\(logByteOffset)",
        hint: "The header is damaged; its log cannot be read.")
    }
    guard let logRange, logRange.endByteOffset <= fileByteCount else {
      throw FormatError(
        .outOfRange, breaking: .h07, field: "header.logByteOffset", at: byteOffset + 72,
        expected: "a log of \(logByteCount) bytes inside of the file's \(fileByteCount)",
        found: "\(logByteOffset)",
        hint: "The image was cut short, or its header is damaged.")
    }
  }
}

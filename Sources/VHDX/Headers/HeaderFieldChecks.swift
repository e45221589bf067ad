import Bytes
import Rules

/// What must hold of the current header, and need not hold of the other one.
///
/// Source: [MS-VHDX] 2.2.2; rules H05, H06 and H07.
extension VHDXHeader {
  /// - Parameters:
  ///   - byteOffset: where this header stands in the file.
  ///   - fileByteCount: the log must end inside of the file.
  package func forEachDefect<Failure: Error>(
    at byteOffset: UInt64, fileByteCount: UInt64, _ note: (FormatError) throws(Failure) -> Void
  ) throws(Failure) {
    try forEachVersionDefect(at: byteOffset, note)
    try forEachLogDefect(at: byteOffset, fileByteCount: fileByteCount, note)
  }

  /// The log's place in the file; `nil` where its end does not fit into 64 bits.
  package var logRange: ByteRange? {
    ByteRange(checking: logByteOffset, byteCount: UInt64(logByteCount))
  }

  private func forEachVersionDefect<Failure: Error>(
    at byteOffset: UInt64, _ note: (FormatError) throws(Failure) -> Void
  ) throws(Failure) {
    if version != Self.version {
      try note(
        FormatError(
          .wrongValue, breaking: .h05, field: "header.version", at: byteOffset + 66,
          expected: "\(Self.version)", found: "\(version)",
          hint: "Only version 1 of the format exists."))
    }
    if logVersion != Self.logVersion, !logGUID.isZero {
      try note(
        FormatError(
          .wrongValue, breaking: .h06, field: "header.logVersion", at: byteOffset + 64,
          expected: "\(Self.logVersion), since the log is not empty", found: "\(logVersion)",
          hint: "The log must be replayed by the program that wrote it."))
    }
  }

  /// A log of no bytes passes where it need not hold anything.
  private func forEachLogDefect<Failure: Error>(
    at byteOffset: UInt64, fileByteCount: UInt64, _ note: (FormatError) throws(Failure) -> Void
  ) throws(Failure) {
    if UInt64(logByteCount) % mebibyteByteCount != 0 || logByteCount == 0 && !logGUID.isZero {
      try note(
        FormatError(
          .outOfRange, breaking: .h07, field: "header.logByteCount", at: byteOffset + 68,
          expected: "a multiple of \(mebibyteByteCount) bytes, and not 0 while logGUID is set",
          found: "\(logByteCount)", hint: "The header is damaged; its log cannot be read."))
    }
    // A log of no bytes has no place.
    if logByteCount == 0 { return }
    if logByteOffset % mebibyteByteCount != 0 || logByteOffset < mebibyteByteCount {
      try note(
        FormatError(
          .outOfRange, breaking: .h07, field: "header.logByteOffset", at: byteOffset + 72,
          expected: "a multiple of \(mebibyteByteCount) bytes, and not 0",
          found: "\(logByteOffset)", hint: "The header is damaged; its log cannot be read."))
    }
    if logRange.map({ $0.endByteOffset > fileByteCount }) ?? true {
      try note(
        FormatError(
          .outOfRange, breaking: .h07, field: "header.logByteOffset", at: byteOffset + 72,
          expected: "a log of \(logByteCount) bytes inside of the file's \(fileByteCount)",
          found: "\(logByteOffset)",
          hint: "The image was cut short, or its header is damaged."))
    }
  }
}

import Bytes
import Rules

/// The magic bytes at the start of a structure. They are ASCII in reading order.
enum Signature {
  /// - Throws: ``FormatError`` where `bytes` does not begin with `expected`.
  static func check(
    _ expected: [UInt8], in bytes: [UInt8], structure: String, at byteOffset: UInt64,
    breaking rule: Rule
  ) throws(FormatError) {
    let found = [UInt8](bytes.prefix(expected.count))
    guard found == expected else {
      throw FormatError(
        .wrongValue, breaking: rule, field: "\(structure).signature", at: byteOffset,
        expected: quoted(expected),
        found: quoted(found),
        hint: "No \(structure) stands here: the image is damaged, or it is no VHDX image.")
    }
  }

  /// Printable ASCII as text, anything else as hexadecimal digits.
  private static func quoted(_ bytes: [UInt8]) -> String {
    if bytes.allSatisfy({ (0x20..<0x7f).contains($0) }) {
      return "\"\(String(decoding: bytes, as: UTF8.self))\""
    }
    return "bytes " + bytes.hexDigits()
  }
}

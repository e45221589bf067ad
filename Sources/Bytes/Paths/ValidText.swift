/// What of some bytes is UTF-8.
enum ValidText {
  enum Part {
    case text(ArraySlice<UInt8>)
    /// A byte that is no part of a character.
    case other(UInt8)
  }

  static func parts(of bytes: [UInt8]) -> [Part] {
    if String(validating: bytes, as: UTF8.self) != nil { return [.text(bytes[...])] }
    var parts: [Part] = []
    var start = 0
    while start < bytes.count {
      let end = (1...4).lazy.map { start + $0 }.first {
        $0 <= bytes.count && String(validating: bytes[start..<$0], as: UTF8.self) != nil
      }
      parts.append(end.map { .text(bytes[start..<$0]) } ?? .other(bytes[start]))
      start = end ?? start + 1
    }
    return parts
  }
}

enum HexadecimalByte {
  /// Two digits, with capital letters.
  static func digits(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
  }
}

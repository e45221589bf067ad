/// Bytes as one word of a line: a percent sign, whatever would end the word, and what is no UTF-8 are written
/// as % and two hexadecimal digits.
package enum PercentText {
  private static let percent = UInt8(ascii: "%")

  /// - Parameter others: more characters that end a word, beside space and line feed.
  package static func escaped(_ bytes: [UInt8], also others: [UInt8] = []) -> String {
    ValidText.parts(of: bytes).map { part in
      switch part {
      case .other(let byte): return "%" + HexadecimalByte.digits(byte)
      case .text(let text):
        var escaped: [UInt8] = []
        for byte in text {
          if byte == percent || byte <= UInt8(ascii: " ") || others.contains(byte) {
            escaped += Array(("%" + HexadecimalByte.digits(byte)).utf8)
          } else {
            escaped.append(byte)
          }
        }
        return String(decoding: escaped, as: UTF8.self)
      }
    }.joined()
  }

  /// The bytes that are written so; what is no such writing is taken as it stands.
  package static func plain(_ text: some Sequence<UInt8>) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = Array(text)[...]
    while let byte = rest.popFirst() {
      if byte == percent, rest.count >= 2,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return bytes
  }
}

/// Bytes as letters, digits, `-` and `_`, so that they are one word of a shell: base64url without padding
/// (RFC 4648, section 5).
enum Base64URL {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  static func encode(_ bytes: [UInt8]) -> String {
    var digits: [UInt8] = []
    digits.reserveCapacity(bytes.count / 3 * 4 + 4)
    var bits = BitQueue()
    for byte in bytes {
      bits.append(byte, bitCount: 8)
      while let digit = bits.take(bitCount: 6) { digits.append(alphabet[digit]) }
    }
    if let digit = bits.takeRest(bitCount: 6) { digits.append(alphabet[digit]) }
    return String(decoding: digits, as: UTF8.self)
  }

  /// `nil` where `text` has another character, or ends as no encoder ends it.
  static func decode(_ text: some StringProtocol) -> [UInt8]? {
    var bytes: [UInt8] = []
    var bits = BitQueue()
    for character in text.utf8 {
      guard let digit = alphabet.firstIndex(of: character) else { return nil }
      bits.append(UInt8(digit), bitCount: 6)
      if let byte = bits.take(bitCount: 8) { bytes.append(UInt8(byte)) }
    }
    // What is left are the zeroes that filled the last digit, never a whole one.
    return bits.count < 6 && bits.takeRest(bitCount: 6) ?? 0 == 0 ? bytes : nil
  }
}

/// Bits, the first ones first.
private struct BitQueue {
  private var bits = 0
  private(set) var count = 0

  mutating func append(_ value: UInt8, bitCount: Int) {
    bits = bits << bitCount | Int(value)
    count += bitCount
  }

  /// `nil` where there are fewer.
  mutating func take(bitCount: Int) -> Int? {
    if count < bitCount { return nil }
    count -= bitCount
    defer { bits &= (1 << count) - 1 }
    return bits >> count
  }

  /// All that are left, filled up with zeroes; `nil` where none are.
  mutating func takeRest(bitCount: Int) -> Int? {
    if count == 0 { return nil }
    append(0, bitCount: bitCount - count)
    return take(bitCount: bitCount)
  }
}

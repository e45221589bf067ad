import CXXHash

/// A 128-bit XXH3 hash.
package struct Digest128: Hashable, Comparable, Sendable, CustomStringConvertible {
  package var low: UInt64
  package var high: UInt64

  @inlinable
  package init(low: UInt64, high: UInt64) {
    self.low = low
    self.high = high
  }

  @inlinable
  init(_ lanes: powercut_lanes) {
    self.init(low: lanes.low, high: lanes.high)
  }

  package static func < (left: Self, right: Self) -> Bool {
    (left.high, left.low) < (right.high, right.low)
  }

  /// 32 hexadecimal digits, the high half first, as `xxhsum -H2` prints a hash.
  package var description: String { high.hexDigits + low.hexDigits }
}

extension UInt64 {
  /// 16 hexadecimal digits, without a prefix.
  package var hexDigits: String {
    let digits = String(self, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

extension Sequence<UInt8> {
  /// Two hexadecimal digits for each byte.
  package func hexDigits(separator: String = "") -> String {
    map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: separator)
  }
}

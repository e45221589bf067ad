/// What names a run: one seed gives one run, bit for bit.
package struct Seed: Hashable, Comparable, Sendable, CustomStringConvertible {
  package var rawValue: UInt64

  @inlinable
  package init(_ rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// Decimal, or hexadecimal after `0x`.
  package init?(_ text: some StringProtocol) {
    if text.hasPrefix("0x") {
      guard let value = UInt64(text.dropFirst(2), radix: 16) else { return nil }
      rawValue = value
    } else {
      guard let value = UInt64(text) else { return nil }
      rawValue = value
    }
  }

  package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

  package var description: String { "\(rawValue)" }
}

/// Decimal text: many readers of JSON lose the end of a number this long.
extension Seed: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let value = UInt64(text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "expected a seed in decimal, found '\(text)'")
    }
    rawValue = value
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

/// Seeds from the first to the last, both included, as `1..200` or `7`.
package struct SeedRange: Hashable, Sendable, CustomStringConvertible {
  package var first: Seed
  package var last: Seed

  package init(first: Seed, last: Seed) {
    precondition(first <= last, "a range of seeds goes up")
    self.first = first
    self.last = last
  }

  /// `nil` where `text` is no range that goes up.
  package init?(_ text: String) {
    let bounds: (String, String)
    if let separator = text.firstRange(of: "..") {
      bounds = (String(text[..<separator.lowerBound]), String(text[separator.upperBound...]))
    } else {
      bounds = (text, text)
    }
    guard let first = Seed(bounds.0), let last = Seed(bounds.1), first <= last else { return nil }
    self.init(first: first, last: last)
  }

  /// How many seeds there are; 2^64 - 1 for the one range that has one more.
  package var seedCount: UInt64 {
    let distance = last.rawValue - first.rawValue
    return distance == .max ? .max : distance + 1
  }

  package var description: String {
    first == last ? "\(first)" : "\(first)..\(last)"
  }
}

extension StringProtocol {
  /// Where `text` first occurs; spelt out because the pure targets do not import Foundation.
  fileprivate func firstRange(of text: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
      start = index(after: start)
    }
    return nil
  }
}

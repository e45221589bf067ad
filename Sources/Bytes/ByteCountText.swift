/// Numbers of bytes as people write them.
package enum ByteCountText {
  /// What ``parse(_:)`` takes, for usage texts and messages.
  package static let forms = "4096, 64K, 64KiB, 1.5G"

  /// Those that texts are written with, ascending.
  package static let units: [(suffix: String, byteCount: UInt64)] = [
    ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30),
  ]

  private static let prefixes: [Character: UInt64] = [
    "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40, "p": 1 << 50, "e": 1 << 60,
  ]

  /// Reads a number of bytes as qemu-img does: digits, perhaps with a fraction, and a unit: B, K, M, G, T,
  /// P or E, in either case, each 1024 times the one before it. `64KiB` is `64K`; `64KB`, which qemu-img
  /// refuses and others read as 64,000, is nothing.
  /// A fraction needs a unit of K at least; what it leaves of a byte is cut off.
  ///
  /// - Returns: `nil` for anything else, and where the number does not fit into 64 bits.
  package static func parse(_ text: String) -> UInt64? {
    guard text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
    let number = text.prefix { $0.isASCIIDigit || $0 == "." }
    guard let unit = unit(text.dropFirst(number.count)) else { return nil }
    let parts = number.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let whole = UInt64(parts[0]) else { return nil }
    let (byteCount, overflow) = whole.multipliedReportingOverflow(by: unit)
    if overflow { return nil }
    guard parts.count == 2 else { return byteCount }
    guard unit > 1, let rest = fraction(parts[1], of: unit) else { return nil }
    let (sum, isTooLarge) = byteCount.addingReportingOverflow(rest)
    return isTooLarge ? nil : sum
  }

  private static func unit(_ suffix: Substring) -> UInt64? {
    let letters = suffix.lowercased()
    if letters.isEmpty || letters == "b" { return 1 }
    guard let first = letters.first, ["", "ib"].contains(letters.dropFirst()) else { return nil }
    return prefixes[first]
  }

  /// The whole bytes of `0.digits` units.
  private static func fraction(_ digits: Substring, of unit: UInt64) -> UInt64? {
    // More digits than these tell no bytes apart that a double of qemu-img's could.
    guard digits.count <= 18 else { return nil }
    if digits.isEmpty { return 0 }
    guard let value = UInt64(digits) else { return nil }
    var scale: UInt64 = 1
    for _ in digits { scale *= 10 }
    let product = unit.multipliedFullWidth(by: value)
    return scale.dividingFullWidth((product.high, product.low)).quotient
  }
}

extension Character {
  fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}

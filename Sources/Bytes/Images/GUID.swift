/// A GUID as VHDX and VDI store one: the first three groups little-endian, the last two as they are
/// printed.
///
///     bytes 0 to 3    group 1, little-endian
///     bytes 4 and 5   group 2, little-endian
///     bytes 6 and 7   group 3, little-endian
///     bytes 8 to 15   groups 4 and 5, in reading order
///
/// Source: [MS-VHDX] 2.2 (v20240423), GUIDs in the binary form of [MS-DTYP] 2.3.4.2.
package struct GUID: Hashable, Sendable, CustomStringConvertible {
  package static let byteCount = 16
  package static let zero = GUID(low: 0, high: 0)

  /// Bytes 0 to 7 and 8 to 15, each as a little-endian number.
  package var low: UInt64
  package var high: UInt64

  package init(low: UInt64, high: UInt64) {
    self.low = low
    self.high = high
  }

  package init(loading region: ByteRegion, at byteOffset: Int) {
    low = region.load(at: byteOffset, as: UInt64.self)
    high = region.load(at: byteOffset + 8, as: UInt64.self)
  }

  package var isZero: Bool { low == 0 && high == 0 }

  /// `2DC27766-F623-4200-9D64-115E9BFD4A08`; `nil` for anything else.
  package init?(_ text: String) {
    let groups = text.split(separator: "-", omittingEmptySubsequences: false)
    guard groups.map(\.count) == [8, 4, 4, 4, 12],
      let first = UInt64(groups[0], radix: 16), let second = UInt64(groups[1], radix: 16),
      let third = UInt64(groups[2], radix: 16), let fourth = UInt64(groups[3], radix: 16),
      let fifth = UInt64(groups[4], radix: 16)
    else { return nil }
    let tail: UInt64 = (fourth << 48) | fifth
    self.init(low: first | (second << 32) | (third << 48), high: tail.byteSwapped)
  }

  package var description: String {
    let head = low.hexDigits
    let tail = high.byteSwapped.hexDigits
    let groups = [
      head.suffix(8), head.dropFirst(4).prefix(4), head.prefix(4), tail.prefix(4), tail.suffix(12),
    ]
    return groups.joined(separator: "-").uppercased()
  }
}

extension ByteReader {
  /// The next 16 bytes as a GUID.
  ///
  /// - Throws: ``FormatError`` of kind `truncated`.
  package mutating func readGUID(_ field: String) throws(FormatError) -> GUID {
    let low: UInt64 = try read(field)
    let high: UInt64 = try read(field)
    return GUID(low: low, high: high)
  }
}

extension ByteWriter {
  package mutating func write(_ guid: GUID) {
    write(guid.low)
    write(guid.high)
  }
}

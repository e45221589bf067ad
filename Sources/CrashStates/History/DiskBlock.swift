import Bytes

/// The disk in blocks of 64 KiB, the grain of what is remembered of which entries wrote where.
enum DiskBlock {
  static let unitCount = 128
  static let byteCount = UInt64(unitCount * StateSum.unitByteCount)

  static func range(_ blockNumber: UInt64) -> ByteRange {
    ByteRange(
      byteOffset: blockNumber * byteCount,
      byteCount: min(byteCount, .max - blockNumber * byteCount))
  }

  /// The blocks that a range touches.
  static func numbers(_ range: ByteRange) -> Range<UInt64> {
    if range.isEmpty { return 0..<0 }
    return range.byteOffset / byteCount..<(range.endByteOffset - 1) / byteCount + 1
  }
}

/// Some of the units of one block, a bit each.
struct UnitMask: Equatable {
  private(set) var bits: UInt128

  static let none = UnitMask(bits: 0)
  static let all = UnitMask(bits: .max)

  private init(bits: UInt128) {
    self.bits = bits
  }

  init(_ units: Range<Int>) {
    let ones = units.count == DiskBlock.unitCount ? UInt128.max : (1 << UInt128(units.count)) - 1
    bits = ones << UInt128(units.lowerBound)
  }

  /// The units of a block that lie inside of a range from their first to their last byte.
  init(wholeUnitsOf range: ByteRange, inBlock blockNumber: UInt64) {
    let unit = UInt64(StateSum.unitByteCount)
    let start = blockNumber * DiskBlock.byteCount
    // Rounded up without adding: the range may end at the last byte that 64 bits can name.
    let firstUnit = range.byteOffset / unit + (range.byteOffset % unit == 0 ? 0 : 1)
    let endUnit = range.endByteOffset == .max ? .max / unit + 1 : range.endByteOffset / unit
    let blockUnit = start / unit
    let blockEndUnit = blockUnit + UInt64(DiskBlock.unitCount)
    let first = max(firstUnit, blockUnit)
    let end = min(endUnit, blockEndUnit)
    self = first < end ? UnitMask(Int(first - blockUnit)..<Int(end - blockUnit)) : .none
  }

  /// The units of a block that are whole in one of some ranges.
  init(wholeUnitsOf ranges: [ByteRange], inBlock blockNumber: UInt64) {
    bits = 0
    for range in ranges { formUnion(UnitMask(wholeUnitsOf: range, inBlock: blockNumber)) }
  }

  var isEmpty: Bool { bits == 0 }

  func contains(_ unit: Int) -> Bool { (bits >> UInt128(unit)) & 1 == 1 }

  func intersection(_ other: UnitMask) -> UnitMask { UnitMask(bits: bits & other.bits) }

  mutating func formUnion(_ other: UnitMask) { bits |= other.bits }

  mutating func subtract(_ other: UnitMask) { bits &= ~other.bits }

  /// Calls `body` for each run of neighbouring units, ascending.
  func forEachRun(_ body: (Range<Int>) -> Void) {
    var rest = bits
    while rest != 0 {
      let first = rest.trailingZeroBitCount
      let count = (~(rest >> UInt128(first))).trailingZeroBitCount
      let run = UnitMask(first..<first + count)
      body(first..<first + count)
      rest &= ~run.bits
    }
  }
}

/// Which versions touch a unit, found without a list of all units: a mark or a discard can claim 2^54 of
/// them.
struct VersionIndex {
  private static let unitsPerBlock: UInt64 = 64
  /// A version that touches more blocks than this is looked at for every unit instead of being listed
  /// with each of its blocks.
  private static let listedBlockCount: UInt64 = 1024

  private let ranges: [Range<UInt64>]
  private var listed: [UInt64: [Int]] = [:]
  private var wide: [Int] = []

  /// - Parameter ranges: the units of each version.
  init(_ ranges: [Range<UInt64>]) {
    self.ranges = ranges
    for (place, range) in ranges.enumerated() where !range.isEmpty {
      if Self.isWide(range) {
        wide.append(place)
      } else {
        for block in Self.blocks(of: range) { listed[block, default: []].append(place) }
      }
    }
  }

  /// The places of the versions that touch a unit, ascending.
  func places(ofUnit unit: UInt64) -> [Int] {
    let near = (listed[unit / Self.unitsPerBlock] ?? []).filter { ranges[$0].contains(unit) }
    let far = wide.filter { ranges[$0].contains(unit) }
    return far.isEmpty ? near : (near + far).sorted()
  }

  /// The units of a version that are worth a look, as runs. Of a wide one those near which another version is:
  /// the others hold what they held before any operation.
  func ranges(ofVersion place: Int) -> [Range<UInt64>] {
    let range = ranges[place]
    guard Self.isWide(range) else { return range.isEmpty ? [] : [range] }
    let blocks = Self.blocks(of: range)
    return listed.keys.filter { blocks.contains($0) }.sorted().map { block in
      let start = block * Self.unitsPerBlock
      return (start..<start + Self.unitsPerBlock).clamped(to: range)
    }
  }

  static func isWide(_ range: Range<UInt64>) -> Bool {
    let blocks = range.isEmpty ? range : blocks(of: range)
    return blocks.upperBound - blocks.lowerBound > listedBlockCount
  }

  private static func blocks(of range: Range<UInt64>) -> Range<UInt64> {
    range.lowerBound / unitsPerBlock..<(range.upperBound - 1) / unitsPerBlock + 1
  }
}

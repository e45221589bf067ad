import Bytes

/// The ranges that somebody is changing right now. There are few at once.
struct RangesInFlight {
  private var ranges: [ByteRange] = []

  func overlap(_ range: ByteRange) -> Bool { ranges.contains { $0.overlaps(range) } }

  mutating func insert(_ range: ByteRange) { ranges.append(range) }

  mutating func remove(_ range: ByteRange) {
    guard let place = ranges.firstIndex(of: range) else { return }
    ranges.remove(at: place)
  }
}

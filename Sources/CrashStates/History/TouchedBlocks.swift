import Bytes

/// The blocks that can hold anything but zeroes: those that a write touches, or that the base fills.
///
/// Everything kept by block is kept for these only, in this order, so a claim of a write at the end
/// of a huge device costs no more than any other.
struct TouchedBlocks: Sendable {
  /// Ascending.
  private(set) var numbers: [UInt64] = []

  init(_ events: DiskEvents, base: BaseContents) {
    var collector = Collector()
    base.forEachBlock { collector.insert($0) }
    for entryIndex in 0..<events.count {
      let event = events[entryIndex]
      if event.kind != .write { continue }
      for number in DiskBlock.numbers(event.range) { collector.insert(number) }
    }
    numbers = collector.finish()
  }

  var count: Int { numbers.count }

  /// The place of a block in the list; `nil` for one that is always zero.
  func place(ofBlock number: UInt64) -> Int? {
    let place = numbers.countBelow(number)
    return place < numbers.count && numbers[place] == number ? place : nil
  }

  /// The places of the blocks that a range touches.
  func places(_ range: ByteRange) -> Range<Int> {
    let numbers = DiskBlock.numbers(range)
    if numbers.isEmpty { return 0..<0 }
    return self.numbers.countBelow(numbers.lowerBound)..<self.numbers.countBelow(numbers.upperBound)
  }
}

/// A set of numbers that is sorted now and then, so that it stays as small as what is different.
private struct Collector {
  private var numbers: [UInt64] = []
  private var compactionCount = 4096

  mutating func insert(_ number: UInt64) {
    if numbers.last == number { return }
    numbers.append(number)
    if numbers.count >= compactionCount {
      compact()
      compactionCount = max(4096, numbers.count * 2)
    }
  }

  mutating func finish() -> [UInt64] {
    compact()
    return numbers
  }

  private mutating func compact() {
    numbers.sort()
    var keptCount = 0
    for number in numbers where keptCount == 0 || numbers[keptCount - 1] != number {
      numbers[keptCount] = number
      keptCount += 1
    }
    numbers.removeLast(numbers.count - keptCount)
  }
}

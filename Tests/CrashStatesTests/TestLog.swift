import Bytes
import WriteLog

/// A log put together by hand, beside the list of what it says.
struct TestLog {
  enum Step {
    case write(byteOffset: Int, bytes: [UInt8])
    case discard(Range<Int>)
    case size(byteCount: Int)
    case nothing
  }

  struct Entry {
    var step: Step
    var flags: UInt64
  }

  static let flush: UInt64 = 1
  static let fua: UInt64 = 2

  let sectorByteCount: Int
  private(set) var entries: [Entry] = []
  private var body: [UInt8] = []

  init(sectorByteCount: Int = 512) {
    self.sectorByteCount = sectorByteCount
  }

  mutating func write(at byteOffset: Int, _ bytes: [UInt8], flags: UInt64 = 0) {
    precondition(byteOffset % sectorByteCount == 0 && bytes.count % sectorByteCount == 0)
    header(byteOffset / sectorByteCount, bytes.count / sectorByteCount, flags)
    body += bytes
    entries.append(Entry(step: .write(byteOffset: byteOffset, bytes: bytes), flags: flags))
  }

  mutating func discard(_ range: Range<Int>, flags: UInt64 = 0) {
    header(range.lowerBound / sectorByteCount, range.count / sectorByteCount, 4 | flags)
    entries.append(Entry(step: .discard(range), flags: flags))
  }

  mutating func flush() {
    header(0, 0, Self.flush)
    entries.append(Entry(step: .nothing, flags: Self.flush))
  }

  mutating func size(_ byteCount: Int) {
    mark("pc1 size \(byteCount)")
    entries[entries.count - 1].step = .size(byteCount: byteCount)
  }

  mutating func mark(_ text: String) {
    header(0, 0, 8, text: Array(text.utf8))
    entries.append(Entry(step: .nothing, flags: 0))
  }

  var bytes: [UInt8] {
    var superblock = little(0x6a_7366_7773_6872) + little(1) + little(UInt64(entries.count))
    superblock += little(UInt64(sectorByteCount))
    return superblock + zeroes(sectorByteCount - superblock.count) + body
  }

  var index: WriteLogIndex {
    get throws { try WriteLogIndex(reading: ByteRegion(bytes)) }
  }

  private mutating func header(
    _ sector: Int, _ sectorCount: Int, _ flags: UInt64, text: [UInt8] = []
  ) {
    let fields =
      little(UInt64(sector)) + little(UInt64(sectorCount)) + little(flags)
      + little(UInt64(text.count)) + text
    body += fields + zeroes(sectorByteCount - fields.count)
  }

  private func little(_ value: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private func zeroes(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }
}

extension TestLog {
  /// Writes, zeroes, discards, flushes, changes of the length (whole units and not), FUA, FLUSH with
  /// data and marks, around the border of the first block.
  static func random(seed: UInt64, entryCount: Int, sectorByteCount: Int = 512) -> TestLog {
    var random = TestRandom(state: seed)
    var log = TestLog(sectorByteCount: sectorByteCount)
    for _ in 0..<entryCount {
      let start = (60 << 10) + random.next(below: (8 << 10) / sectorByteCount) * sectorByteCount
      let byteCount = (1 + random.next(below: 4)) * sectorByteCount
      switch random.next(below: 20) {
      case 0...1: log.flush()
      case 2: log.discard(start..<start + byteCount)
      case 3: log.discard(0..<(64 << 10), flags: random.next(below: 2) == 0 ? flush : 0)
      case 4: log.size((56 << 10) + random.next(below: 24) * 512)
      case 5: log.size((60 << 10) + random.next(below: 8 << 10))
      case 6: log.mark("pc1 begin 1 flush")
      case 7: log.write(at: start, [UInt8](repeating: 0, count: byteCount))
      case 8: log.write(at: start, random.bytes(byteCount), flags: fua)
      case 9: log.write(at: start, random.bytes(byteCount), flags: flush)
      case 10: log.write(at: start, random.bytes(byteCount), flags: flush | fua)
      default: log.write(at: start, random.bytes(byteCount))
      }
    }
    return log
  }
}

/// xorshift64*, unlike anything under test.
struct TestRandom {
  var state: UInt64

  init(state: UInt64) {
    self.state = (state &+ 1) &* 0x9e37_79b9_7f4a_7c15
  }

  mutating func next() -> UInt64 {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return state &* 0x2545_f491_4f6c_dd1d
  }

  mutating func next(below bound: Int) -> Int { Int((next() >> 33) % UInt64(bound)) }

  mutating func bytes(_ count: Int) -> [UInt8] {
    let value = UInt8(truncatingIfNeeded: next() >> 40)
    return (0..<count).map { value &+ UInt8(truncatingIfNeeded: $0 >> 7) }
  }
}

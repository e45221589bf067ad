import Bytes
import WriteLog

/// A log put together by hand, beside the list of what it says.
///
/// With ``Timing`` an entry has Powercut's extension, byte by byte from the table of `EntryExtension`.
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
    var timing: Timing?
  }

  /// When an operation was handed to the device, and when that said that it was done.
  struct Timing: Equatable {
    var submitted: UInt64
    var completed: UInt64

    init(_ submitted: UInt64, _ completed: UInt64) {
      self.submitted = submitted
      self.completed = completed
    }
  }

  static let flush: UInt64 = 1
  static let fua: UInt64 = 2

  let sectorByteCount: Int
  private(set) var entries: [Entry] = []
  private var body: [UInt8] = []

  init(sectorByteCount: Int = 512) {
    self.sectorByteCount = sectorByteCount
  }

  mutating func write(
    at byteOffset: Int, _ bytes: [UInt8], flags: UInt64 = 0, timing: Timing? = nil
  ) {
    precondition(byteOffset % sectorByteCount == 0 && bytes.count % sectorByteCount == 0)
    header(byteOffset / sectorByteCount, bytes.count / sectorByteCount, flags, timing: timing)
    body += bytes
    append(.write(byteOffset: byteOffset, bytes: bytes), flags, timing)
  }

  mutating func discard(_ range: Range<Int>, flags: UInt64 = 0, timing: Timing? = nil) {
    header(
      range.lowerBound / sectorByteCount, range.count / sectorByteCount, 4 | flags, timing: timing)
    append(.discard(range), flags, timing)
  }

  mutating func flush(timing: Timing? = nil) {
    header(0, 0, Self.flush, timing: timing)
    append(.nothing, Self.flush, timing)
  }

  mutating func size(_ byteCount: Int, timing: Timing? = nil) {
    mark("pc1 size \(byteCount)", timing: timing)
    entries[entries.count - 1].step = .size(byteCount: byteCount)
  }

  mutating func mark(_ text: String, timing: Timing? = nil) {
    header(0, 0, 8, text: Array(text.utf8), timing: timing)
    append(.nothing, 0, timing)
  }

  mutating func append(_ entry: Entry) {
    switch entry.step {
    case .nothing: flush(timing: entry.timing)
    case .size(let byteCount): size(byteCount, timing: entry.timing)
    case .discard(let range): discard(range, flags: entry.flags, timing: entry.timing)
    case .write(let byteOffset, let bytes):
      write(at: byteOffset, bytes, flags: entry.flags, timing: entry.timing)
    }
  }

  private mutating func append(_ step: Step, _ flags: UInt64, _ timing: Timing?) {
    entries.append(Entry(step: step, flags: flags, timing: timing))
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
    _ sector: Int, _ sectorCount: Int, _ flags: UInt64, text: [UInt8] = [], timing: Timing?
  ) {
    let fields =
      little(UInt64(sector)) + little(UInt64(sectorCount)) + little(flags)
      + little(UInt64(text.count))
    var head = fields + text
    if let timing {
      head += zeroes((flags & 8 == 0 ? 64 : sectorByteCount - 64) - head.count)
      let proof =
        Array("pcutext1".utf8) + little(0x1122_3344_5566_7788) + little(UInt64(entries.count))
        + little(timing.submitted) + little(timing.completed) + little(0)
        + [UInt8](repeating: 0xff, count: 12)
      head += proof + little(UInt64(Self.crc32c(fields + proof))).prefix(4)
    }
    body += head + zeroes(sectorByteCount - head.count)
  }

  /// CRC-32C bit by bit, reflected polynomial 0x82f63b78.
  private static func crc32c(_ bytes: [UInt8]) -> UInt32 {
    var rest: UInt32 = ~0
    for byte in bytes {
      rest ^= UInt32(byte)
      for _ in 0..<8 { rest = rest & 1 == 1 ? (rest >> 1) ^ 0x82f6_3b78 : rest >> 1 }
    }
    return ~rest
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

extension TestLog {
  /// A log of Powercut's own kind: up to `depth` operations are in flight, each completes at some time
  /// after it was submitted, and stands in the log in the order of the completions. They are those of
  /// ``random(seed:entryCount:sectorByteCount:)``, and longer writes.
  static func inFlight(
    seed: UInt64, entryCount: Int, depth: Int = 3, sectorByteCount: Int = 512
  ) -> TestLog {
    var random = TestRandom(state: seed &+ 31)
    var log = TestLog(sectorByteCount: sectorByteCount)
    var clock: UInt64 = 0
    var pending: [Entry] = []
    while log.entries.count < entryCount {
      clock += 1
      if pending.count < depth, pending.isEmpty || random.next(below: 2) == 0 {
        pending.append(operation(&random, sectorByteCount, submitted: clock))
      } else {
        var entry = pending.remove(at: random.next(below: pending.count))
        entry.timing?.completed = clock
        log.append(entry)
      }
    }
    return log
  }

  private static func operation(
    _ random: inout TestRandom, _ sectorByteCount: Int, submitted: UInt64
  ) -> Entry {
    let start = (60 << 10) + random.next(below: (8 << 10) / sectorByteCount) * sectorByteCount
    let byteCount = (1 + random.next(below: 6144 / sectorByteCount)) * sectorByteCount
    let timing = Timing(submitted, 0)
    func write(_ bytes: [UInt8], _ flags: UInt64 = 0) -> Entry {
      Entry(step: .write(byteOffset: start, bytes: bytes), flags: flags, timing: timing)
    }
    switch random.next(below: 20) {
    case 0...1: return Entry(step: .nothing, flags: flush, timing: timing)
    case 2: return Entry(step: .discard(start..<start + byteCount), flags: 0, timing: timing)
    case 3: return Entry(step: .discard(0..<(64 << 10)), flags: 0, timing: timing)
    case 4:
      let byteCount = (56 << 10) + random.next(below: 24) * 512
      return Entry(step: .size(byteCount: byteCount), flags: 0, timing: timing)
    case 5:
      let byteCount = (60 << 10) + random.next(below: 8 << 10)
      return Entry(step: .size(byteCount: byteCount), flags: 0, timing: timing)
    case 6...7: return write(random.bytes(byteCount), fua)
    case 8: return write(random.bytes(byteCount), random.next(below: 2) == 0 ? flush : flush | fua)
    case 9: return write([UInt8](repeating: 0, count: byteCount))
    default: return write(random.bytes(byteCount))
    }
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

import Bytes
import Checking
import CrashStates
import VHDX
import VHDXJudges
import Workload

/// A log below an image put together by hand, and what is judged of its crash states.
struct ImageStateCase {
  var log = ImageTraceLog()
  var client: ClientHistory?
  var image = VHDXFormat()
  /// How much of the base there is before the first entry.
  var baseByteCount = ImageTraceLog.firstBlock

  /// Blocks 0 and 1 from an empty log to a clean close, as a careful writer does it.
  static func careful() throws -> ImageStateCase {
    var made = ImageStateCase()
    try made.log.open()
    made.write(block: 0)
    made.write(block: 1)
    return made
  }

  /// The client writes the first sector of a block, and waits for the answer.
  mutating func write(block: Int, isFUA: Bool = false) {
    var history = client ?? ClientHistory()
    let operation = ClientOperation(
      identifier: UInt64(block), task: 0, action: .write,
      range: ByteRange(byteOffset: UInt64(block) << 20, byteCount: 4096), isFUA: isFUA)
    history.begin(operation, entryCount: log.next)
    log.allocate(block: block)
    history.end(operation.identifier, entryCount: log.next)
    client = history
  }

  mutating func flush() {
    var history = client ?? ClientHistory()
    history.begin(ClientOperation(identifier: 50, task: 0, action: .flush), entryCount: log.next)
    log.flush()
    history.end(50, entryCount: log.next)
    client = history
  }

  /// The client closes; `isClean` is whether the image says so.
  mutating func close(isClean: Bool = true) throws {
    var history = client ?? ClientHistory()
    history.begin(ClientOperation(identifier: 99, task: 0, action: .close), entryCount: log.next)
    if isClean { try log.close() } else { log.flush() }
    history.end(99, entryCount: log.next)
    client = history
  }

  var history: DiskHistory {
    get throws {
      let base = log.base.read(ByteRange(byteOffset: 0, byteCount: baseByteCount))
      return try DiskHistory(index: log.index, base: ByteRegion(base), initialByteCount: nil)
    }
  }

  func judgement(_ tiers: [Tier] = [.prefix, .flushedOnly, .drop(1)]) throws -> Judgement {
    Judge(Judge.Options(tiers: tiers, seed: 1)).judge(try evidence())
  }

  func evidence() throws -> Evidence {
    var evidence = Evidence(history: try history)
    evidence.client = client
    evidence.format = image
    // ImageTraceLog fills the first sector of block n with 0xa0 + n.
    evidence.submittedUnits = { operation in
      let byte = 0xa0 + UInt8(operation.range.byteOffset >> 20)
      let hash = Checksum.xxh3Wide([UInt8](repeating: byte, count: 512))
      return operation.range.units.map { _ in hash }
    }
    return evidence
  }
}

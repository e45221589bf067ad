import Bytes
import CrashStates
import Testing
import WriteLog

/// Discards and changes of the length that span many blocks go another way than small ones; the
/// oracle is the disk of pages.
@Suite struct WideEventTests {
  @Test(arguments: 0..<6)
  func everyStateOfALargeDiskIsWhatItsKeptEntriesGive(seed: UInt64) throws {
    let log = Self.random(seed: seed, entryCount: 220)
    let history = try DiskHistory(index: log.index, base: nil, initialByteCount: 8 << 20)
    for cut in stride(from: 0, through: 220, by: 11) {
      #expect(history.digest(atCut: cut) == Self.disk(log, CrashState(cut: cut)).stateDigest)
    }
    let states = StateEnumerator(history: history, tiers: [.drop(1), .random(2)], seed: seed)
    var place = UInt64(0)
    for (_, state) in states {
      place += 1
      if place % 29 != seed { continue }
      let disk = Self.disk(log, state)
      #expect(history.byteCount(of: state) == disk.byteCount, "\(state)")
      #expect(history.digest(of: state) == disk.stateDigest, "\(state)")
      for unit in history.affectedUnits(of: state).prefix(500) where unit % 37 == 0 {
        let found = history.bytes(history.contents(ofUnit: unit, in: state))
        #expect(found == disk.unit(at: unit), "\(state) unit \(unit)")
      }
    }
  }

  private static func random(seed: UInt64, entryCount: Int) -> TestLog {
    var random = TestRandom(state: seed &+ 77)
    var log = TestLog()
    for entryIndex in 0..<entryCount {
      let start = random.next(below: 16_000) * 512
      switch random.next(below: 24) {
      case 0: log.flush()
      case 1: log.discard(start..<8 << 20)
      case 2: log.discard(start..<min(start + (5 << 20), 8 << 20))
      case 3: log.size(start + random.next(below: 512))
      case 4, 5: log.size(8 << 20)
      default:
        log.write(
          at: entryIndex < 140 ? (entryIndex % 128) << 16 : start,
          random.bytes((1 + random.next(below: 6)) * 512))
      }
    }
    return log
  }

  private static func disk(_ log: TestLog, _ state: CrashState) -> SparseBytes {
    var disk = SparseBytes(byteCount: 8 << 20)
    for place in 0..<state.cut where !state.lost.contains(place) {
      switch log.entries[place].step {
      case .nothing: break
      case .size(let byteCount): disk.resize(toByteCount: UInt64(byteCount))
      case .discard(let range):
        let end = min(UInt64(range.upperBound), disk.byteCount)
        let start = min(UInt64(range.lowerBound), end)
        disk.zero(ByteRange(byteOffset: start, byteCount: end - start))
      case .write(let byteOffset, let bytes):
        let end = UInt64(byteOffset + bytes.count)
        if end > disk.byteCount { disk.resize(toByteCount: end) }
        disk.write(bytes, at: UInt64(byteOffset))
      }
    }
    return disk
  }
}

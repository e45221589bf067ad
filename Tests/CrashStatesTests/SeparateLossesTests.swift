import CrashStates
import Testing

/// The sum of a state is taken from what its lost entries changed, unless something touched that again;
/// the oracle is the disk built entry by entry.
@Suite struct SeparateLossesTests {
  /// Neighbours touch, in whole units and in parts of one, and most others do not.
  @Test(arguments: 0..<8)
  func everyStateThatLosesTwoIsWhatItsKeptEntriesGive(seed: UInt64) throws {
    var random = TestRandom(state: seed)
    var log = TestLog()
    for _ in 0..<12 {
      let start = random.next(below: 24) * 512
      switch random.next(below: 8) {
      case 0: log.size(20 * 512 + random.next(below: 4 * 512))
      case 1: log.discard(start..<start + 1024)
      default: log.write(at: start, random.bytes((1 + random.next(below: 2)) * 512))
      }
    }
    let history = try DiskHistory(index: log.index, base: nil, initialByteCount: 16 * 512)
    var stateCount = 0
    for (_, state) in StateEnumerator(history: history, tiers: [.drop(2)], seed: 1) {
      let oracle = Oracle(log, cut: state.cut, lost: state.lost, initialByteCount: 16 * 512)
      #expect(history.digest(of: state) == oracle.digest, "\(state)")
      stateCount += 1
    }
    // One lost of m, or two, over the cuts after 1 to 12 entries.
    #expect(stateCount == 78 + 286)
  }

  /// The entry is lost far in front of the cut, with and without another one on its units.
  @Test(arguments: [100, 255, 256, 257, 300], [false, true])
  func aLossLongBeforeTheCutIsFound(entryCount: Int, isTouchedAgain: Bool) throws {
    var log = TestLog()
    for place in 0..<entryCount {
      let unit = isTouchedAgain && place == entryCount - 1 ? 0 : place
      log.write(at: unit * 512, [UInt8](repeating: UInt8(place % 255 + 1), count: 512))
    }
    let byteCount = entryCount * 512
    let history = try DiskHistory(
      index: log.index, base: nil, initialByteCount: UInt64(byteCount))
    for lost in [[0], [0, 1], [0, entryCount - 1]] {
      let oracle = Oracle(log, cut: entryCount, lost: lost, initialByteCount: byteCount)
      #expect(
        history.digest(of: CrashState(cut: entryCount, lost: lost)) == oracle.digest, "\(lost)")
    }
  }

  /// 2^32 sectors and more do not fit where those of other entries are kept.
  @Test(arguments: [(1 << 32) - 2, (1 << 32) - 1, 1 << 32, (1 << 40) + 3])
  func aDiscardOfAnyLengthEndsWhereItSays(sectorCount: Int) throws {
    var log = TestLog()
    let byteCount = sectorCount * 512
    for unit in [0, 1, sectorCount - 1, sectorCount] {
      log.write(at: unit * 512, [UInt8](repeating: 7, count: 512))
    }
    log.discard(512..<byteCount)
    let history = try DiskHistory(index: log.index, base: nil, initialByteCount: nil)
    let state = CrashState(cut: 5)
    let isZero = [0, 1, sectorCount - 1, sectorCount].map {
      history.contents(ofUnit: UInt64($0), in: state) == .zero
    }
    #expect(isZero == [false, true, true, false])
    #expect(history.digest(of: CrashState(cut: 5, lost: [4])) == history.digest(atCut: 4))
    var kept = TestLog()
    kept.write(at: 0, [UInt8](repeating: 7, count: 512))
    kept.write(at: byteCount, [UInt8](repeating: 7, count: 512))
    let same = try DiskHistory(index: kept.index, base: nil, initialByteCount: nil)
    #expect(history.digest(of: state) == same.digest(atCut: 2))
  }
}

import Bytes
import CrashStates
import Testing
import WriteLog

@Suite struct StateReadingTests {
  @Test(arguments: 0..<12)
  func anyRangeOfAnyStateIsReadAsItsImageHasIt(seed: UInt64) throws {
    let log = TestLog.random(
      seed: seed &+ 77, entryCount: 24, sectorByteCount: seed % 4 == 3 ? 4096 : 512)
    let base = seed % 2 == 0 ? nil : DiskHistoryTests.base
    let history = try DiskHistory(
      index: log.index, base: base.map { ByteRegion($0) }, initialByteCount: 62 << 10)
    var random = TestRandom(state: seed)
    let states = StateEnumerator(history: history, tiers: [.prefix, .drop(1)], seed: seed)
    for (_, state) in states where random.next(below: 4) == 0 {
      let image = Oracle(
        log, cut: state.cut, lost: state.lost, base: base, initialByteCount: 62 << 10
      ).image
      for _ in 0..<4 {
        let start = random.next(below: image.count)
        let end = start + random.next(below: min(image.count - start, 9000) + 1)
        let range = ByteRange(byteOffset: UInt64(start), byteCount: UInt64(end - start))
        #expect(history.read(range, in: state) == Array(image[start..<end]), "\(state) \(range)")
      }
      let units = UInt64(random.next(below: 40))..<UInt64(60 + random.next(below: 60))
      var hashes: [UInt64: Digest128] = [:]
      history.forEachUnitHash(of: units, in: state) { hashes[$0] = $1 }
      for unit in units {
        let start = min(Int(unit) * 512, image.count)
        let bytes = Array(image[start..<min(start + 512, image.count)])
        let hash = Checksum.xxh3Wide(bytes + [UInt8](repeating: 0, count: 512 - bytes.count))
        #expect(hashes[unit] ?? StateSum.zeroUnitHash == hash, "\(state) unit \(unit)")
      }
    }
  }

  /// Blocks are of 64 KiB: one of the base and two of the log are not known to be zero.
  @Test func onlyWhereNothingWasWrittenAreZeroesKnown() throws {
    var log = TestLog()
    log.write(at: 1 << 20, [UInt8](repeating: 7, count: 512))
    log.discard(0..<1 << 19)
    log.write(at: (3 << 20) + 65536 - 512, [UInt8](repeating: 8, count: 1024))
    var base = [UInt8](repeating: 0, count: 1 << 20)
    base[70_000] = 1
    let history = try DiskHistory(
      index: log.index, base: ByteRegion(base), initialByteCount: 8 << 20)
    let expected: [(byteOffset: UInt64, byteCount: UInt64)] = [
      (0, 65536), (65535, 1), (65536, 0), (131_071, 0), (131_072, (1 << 20) - 131_072),
      (1 << 20, 0), ((1 << 20) + 65536, (2 << 20) - 65536), (3 << 20, 0), ((3 << 20) + 131_071, 0),
      ((3 << 20) + 131_072, .max - (3 << 20) - 131_072),
    ]
    for (byteOffset, byteCount) in expected {
      #expect(history.knownZeroByteCount(at: byteOffset) == byteCount, "at \(byteOffset)")
    }
  }
}

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
}

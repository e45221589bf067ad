import Bytes
import Testing
import WriteLog

@testable import CrashStates

@Suite struct DiskHistoryTests {
  static let base = [UInt8](repeating: 0xb5, count: 61 << 10) + [UInt8](repeating: 7, count: 100)

  @Test(arguments: 0..<24)
  func everyCutIsWhatApplyingItsEntriesGives(seed: UInt64) throws {
    let log = TestLog.random(
      seed: seed, entryCount: 40, sectorByteCount: seed % 4 == 3 ? 4096 : 512)
    let base = seed % 2 == 0 ? nil : Self.base
    let initial = seed % 3 == 0 ? 64 << 10 : (61 << 10) + 50
    let history = try DiskHistory(
      index: log.index, base: base.map { ByteRegion($0) }, initialByteCount: UInt64(initial))
    // Backward and then at random, since nothing of one cut may depend on where one came from.
    var random = TestRandom(state: seed)
    let cuts = Array((0...40).reversed()) + (0..<10).map { _ in random.next(below: 41) }
    for cut in cuts {
      let oracle = Oracle(log, cut: cut, base: base, initialByteCount: initial)
      #expect(history.byteCount(atCut: cut) == oracle.image.count)
      #expect(history.digest(atCut: cut) == oracle.digest, "cut \(cut)")
      let units = oracle.units
      for _ in 0..<8 {
        let unit = random.next(below: units.count)
        let found = history.contents(ofUnit: UInt64(unit), in: CrashState(cut: cut))
        #expect(history.bytes(found) == units[unit])
        #expect(history.unitHash(found) == Checksum.xxh3Wide(units[unit]))
      }
      #expect(
        history.unitsOfLastEntry(atCut: cut).isSuperset(
          of: cut == 0
            ? []
            : oracle.differences(
              from: Oracle(log, cut: cut - 1, base: base, initialByteCount: initial))))
    }
  }

  @Test(arguments: 0..<16)
  func everyStateIsWhatItsKeptEntriesGive(seed: UInt64) throws {
    let log = TestLog.random(
      seed: seed &+ 1000, entryCount: 24, sectorByteCount: seed % 4 == 3 ? 4096 : 512)
    let base = seed % 2 == 0 ? nil : Self.base
    let history = try DiskHistory(
      index: log.index, base: base.map { ByteRegion($0) }, initialByteCount: 62 << 10)
    let states = StateEnumerator(
      history: history, tiers: [.prefix, .flushedOnly, .drop(2), .keep(1), .random(4)], seed: seed)
    var stateCount = 0
    for (tier, state) in states {
      stateCount += 1
      // All states of a log take a minute in a debug build; each seed looks at others.
      if state.lost.count < 3 && UInt64(stateCount) % 5 != seed % 5 { continue }
      let oracle = Oracle(
        log, cut: state.cut, lost: state.lost, base: base, initialByteCount: 62 << 10)
      #expect(history.byteCount(of: state) == oracle.image.count, "\(tier) \(state)")
      #expect(history.digest(of: state) == oracle.digest, "\(tier) \(state)")
      let plain = Oracle(log, cut: state.cut, base: base, initialByteCount: 62 << 10)
      #expect(history.affectedUnits(of: state).isSuperset(of: oracle.differences(from: plain)))
      try history.check(state)
    }
    #expect(stateCount > 60)
  }

  @Test(arguments: 0..<20)
  func epochsAreThoseOfTheCrashModel(seed: UInt64) throws {
    let log = TestLog.random(seed: seed &+ 500, entryCount: 60)
    let history = try DiskHistory(index: log.index, base: nil, initialByteCount: 0)
    for cut in 0...60 {
      let (durable, optional) = Oracle.optional(log, cut: cut)
      #expect(
        history.epoch(atCut: cut)
          == Epoch(durableEntryCount: durable, optionalEntryIndices: optional))
    }
  }

  @Test func aFlushWithDataCoversWhatIsBeforeItAndNotItsData() throws {
    var log = TestLog()
    log.write(at: 0, one(1))
    log.write(at: 512, one(2), flags: TestLog.flush)
    log.write(at: 1024, one(3), flags: TestLog.fua)
    let history = try DiskHistory(index: log.index, base: nil, initialByteCount: nil)
    #expect(
      history.epoch(atCut: 1) == Epoch(durableEntryCount: 0, optionalEntryIndices: [0]))
    #expect(
      history.epoch(atCut: 3) == Epoch(durableEntryCount: 1, optionalEntryIndices: [1]))
  }

  @Test func aShorterDiskLosesWhatWasBehindItsEnd() throws {
    var log = TestLog()
    log.write(at: 0, [UInt8](repeating: 9, count: 1024))
    log.size(700)
    log.size(2048)
    let history = try DiskHistory(index: log.index, base: nil, initialByteCount: 0)
    let cut = [UInt8](repeating: 9, count: 188) + [UInt8](repeating: 0, count: 324)
    #expect((0...3).map { history.byteCount(atCut: $0) } == [0, 1024, 700, 2048])
    #expect(history.contents(ofUnit: 1, in: CrashState(cut: 3)) == .bytes(cut))
    #expect(
      try replayed(history, CrashState(cut: 3))
        == [UInt8](repeating: 9, count: 700) + [UInt8](repeating: 0, count: 1348))
    // The change to 700 is lost, and with it that the bytes after went away.
    let lost = CrashState(cut: 3, lost: [1])
    #expect(
      history.bytes(history.contents(ofUnit: 1, in: lost)) == [UInt8](repeating: 9, count: 512))
    #expect(history.byteCount(of: lost) == 2048)
    #expect(history.affectedUnits(of: lost) == [1])
    #expect(history.byteCount(of: CrashState(cut: 3, lost: [1, 2])) == 1024)
  }

  @Test func theLengthDefaultsToTheBaseAndThenToTheHighestEnd() throws {
    var log = TestLog()
    log.write(at: 4096, one(1))
    log.discard(8192..<16384)
    let short = try DiskHistory(
      index: log.index, base: ByteRegion(one(3)), initialByteCount: nil)
    #expect((0...2).map { short.byteCount(atCut: $0) } == [512, 4608, 4608])
    let free = try DiskHistory(index: log.index, base: nil, initialByteCount: nil)
    #expect((0...2).map { free.byteCount(atCut: $0) } == [16384, 16384, 16384])
  }

  @Test func anEmptyLogIsItsBase() throws {
    let history = try DiskHistory(
      index: TestLog().index, base: ByteRegion(Self.base), initialByteCount: nil)
    #expect(history.entryCount == 0)
    #expect(
      history.digest(atCut: 0)
        == Oracle(TestLog(), cut: 0, base: Self.base, initialByteCount: Self.base.count).digest)
    #expect(try replayed(history, CrashState(cut: 0)) == Self.base)
  }

  /// The hashes of only some of the writes are kept, as of a log whose payload is very large.
  @Test(arguments: [0, 1, 20, 30])
  func aStateIsTheSameWithoutKeptHashes(keptUnitCount: Int) throws {
    let log = TestLog.random(seed: 9, entryCount: 40)
    let history = try DiskHistory(
      index: log.index, base: nil, initialByteCount: 62 << 10, keptUnitCount: keptUnitCount)
    let usual = try DiskHistory(index: log.index, base: nil, initialByteCount: 62 << 10)
    for (_, state) in StateEnumerator(history: usual, tiers: [.drop(1), .keep(1)], seed: 1) {
      #expect(history.digest(of: state) == usual.digest(of: state), "\(state)")
    }
  }

  @Test(arguments: 0..<12)
  func replayWritesTheImageOfAnyState(seed: UInt64) throws {
    let log = TestLog.random(
      seed: seed &+ 2000, entryCount: 30, sectorByteCount: seed % 4 == 3 ? 4096 : 512)
    let base = seed % 2 == 0 ? nil : Self.base
    let history = try DiskHistory(
      index: log.index, base: base.map { ByteRegion($0) }, initialByteCount: 62 << 10)
    let states = StateEnumerator(
      history: history, tiers: [.prefix, .flushedOnly, .random(3)], seed: seed)
    for (_, state) in states {
      let oracle = Oracle(
        log, cut: state.cut, lost: state.lost, base: base, initialByteCount: 62 << 10)
      #expect(try replayed(history, state) == oracle.image, "\(state)")
    }
  }

  @Test func theListingHasOneLineForEachCut() throws {
    let log = TestLog.random(seed: 3, entryCount: 5)
    let history = try DiskHistory(index: log.index, base: nil, initialByteCount: 62 << 10)
    let lines = DigestListing(history)
    #expect(
      Array(lines)
        == (0...5).map {
          "\($0) \(Oracle(log, cut: $0, initialByteCount: 62 << 10).digest)"
        })
  }

  private func one(_ value: UInt8) -> [UInt8] { [UInt8](repeating: value, count: 512) }
}

extension [UInt64] {
  /// Whether all of `others` are among these, which are in ascending order.
  func isSuperset(of others: [UInt64]) -> Bool {
    self == sorted() && others.allSatisfy { contains($0) }
  }
}

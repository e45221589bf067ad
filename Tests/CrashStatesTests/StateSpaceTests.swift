import Bytes
import Testing
import WriteLog

@testable import CrashStates

@Suite struct StateSpaceTests {
  private static func history(_ log: TestLog) throws -> DiskHistory {
    try DiskHistory(index: log.index, base: nil, initialByteCount: 1 << 20)
  }

  private static func space(
    _ log: TestLog, _ tiers: [Tier], origin: LogOrigin = .powercut
  ) throws -> StateSpace {
    StateSpace(try history(log), tiers: tiers, origin: origin, seed: 1)
  }

  @Test(arguments: AnyStateTests.cases)
  func aTierHasAsManyStatesAsItIsSaidTo(example: AnyStateTests.Case) throws {
    let history = try example.history(example.log)
    for tier in example.tiers where tier != .random(3) {
      let space = StateSpace(history, tiers: [tier], origin: example.origin, seed: 1)
      let states = StateEnumerator(space, tiers: [tier]).map(\.state)
      #expect([UInt64(states.count)] == space.counts(of: [tier]), "\(tier)")
      #expect(Set(states).count == states.count, "\(tier) repeats a state")
    }
  }

  /// A tier is counted without the states that an earlier one of the list has.
  @Test(arguments: AnyStateTests.cases)
  func aListIsCountedAsItIsGoneThrough(example: AnyStateTests.Case) throws {
    let history = try example.history(example.log)
    let tiers: [Tier] = [.flushedOnly, .drop(1), .keep(2), .prefix, .torn(1024), .drop(3)]
    let space = StateSpace(history, tiers: tiers, origin: example.origin, seed: 1)
    let states = StateEnumerator(space, tiers: tiers).map { $0 }
    #expect(
      tiers.map { tier in UInt64(states.filter { $0.tier == tier }.count) }
        == space.counts(of: tiers))
    #expect(Set(states.map(\.state)).count == states.count)
  }

  /// Of `random:n` it is what is drawn: some draws repeat.
  @Test func randomIsCountedAsDrawn() throws {
    var log = TestLog()
    for place in 0..<6 { log.write(at: place * 512, [UInt8](repeating: 1, count: 512)) }
    let space = try Self.space(log, [.random(20)])
    // All of 1, 2, 4, 8 and 16 subsets; 20 draws each of 32 and 64.
    #expect(space.counts(of: [.random(20)]) == [1 + 2 + 4 + 8 + 16 + 20 + 20])
    let states = StateEnumerator(space, tiers: [.random(20)]).map(\.state)
    #expect(Set(states).count == states.count)
    #expect(states.count <= 71)
    #expect(states.count > 51)
  }

  /// Three writes, of which the first two overlap and were in flight together: at each cut all subsets
  /// of what is there, from the second write on in two orders. 1 + 2 + 4 x 2 + 8 x 2.
  @Test func allIsEverySubsetInEveryOrder() throws {
    var log = TestLog()
    log.write(at: 0, [UInt8](repeating: 1, count: 1024), timing: .init(1, 3))
    log.write(at: 512, [UInt8](repeating: 2, count: 1024), timing: .init(2, 4))
    log.write(at: 0, [UInt8](repeating: 3, count: 512), timing: .init(5, 6))
    let space = try Self.space(log, [.all])
    #expect(space.counts(of: [.all]) == [27])
    #expect(space.refusal(of: [.all]) == nil)
    let states = StateEnumerator(space, tiers: [.all]).filter { $0.state.cut == 2 }
    #expect(
      states.map { "\($0.state)" } == [
        "cut:2", "cut:2 lost:0", "cut:2 lost:1", "cut:2 lost:0,1", "cut:2 early:1@0",
        "cut:2 lost:0 early:1@0", "cut:2 lost:1 early:1@0", "cut:2 lost:0,1 early:1@0",
      ])
    // In the order of the log without their times.
    #expect(try Self.space(log, [.all], origin: .unknown).counts(of: [.all]) == [1 + 2 + 4 + 8])
  }

  /// A write, a FUA write, and a write that was in flight when that completed: before the FUA entry each
  /// of the two may have persisted, while the first may be lost. 1 + 2 x 4 + 2 + 4.
  @Test func allHasWhatWasInFlightAtABarrier() throws {
    var log = TestLog()
    log.write(at: 0, [UInt8](repeating: 1, count: 512), timing: .init(1, 2))
    log.write(at: 1024, [UInt8](repeating: 2, count: 512), flags: TestLog.fua, timing: .init(3, 5))
    log.write(at: 2048, [UInt8](repeating: 3, count: 512), timing: .init(4, 6))
    let space = try Self.space(log, [.all])
    #expect(space.counts(of: [.all]) == [15])
    let early = StateEnumerator(space, tiers: [.all]).map { "\($0.state)" }
      .filter { $0.contains("early") }
    #expect(
      early == [
        "cut:1 early:1@1", "cut:1 lost:0 early:1@1", "cut:1 early:2@1", "cut:1 lost:0 early:2@1",
        "cut:1 early:1@1,2@1", "cut:1 lost:0 early:1@1,2@1",
      ])
    // Submitted when the FUA write had completed, it cannot have persisted without that.
    var later = TestLog()
    for (place, entry) in log.entries.enumerated() {
      var entry = entry
      if place == 2 { entry.timing = .init(6, 7) }
      later.append(entry)
    }
    #expect(try Self.space(later, [.all]).counts(of: [.all]) == [1 + 2 * 2 + 2 + 4])
  }

  @Test func moreStatesThanTheLimitAreRefusedWithTheirNumber() throws {
    func refusal(_ entryCount: Int) throws -> CrashStateError? {
      var log = TestLog()
      for place in 0..<entryCount {
        log.write(at: place * 512, [UInt8](repeating: 1, count: 512))
      }
      return try Self.space(log, [.prefix, .all]).refusal(of: [.prefix, .all])
    }
    // 2^0 + ... + 2^19 are one less than 2^20.
    #expect(try refusal(19) == nil)
    let more = try #require(try refusal(20))
    #expect(more.field == "states")
    #expect(more.expected.contains("1048576"))
    #expect(more.found == "2097151")
    #expect(more.hint.contains("drop:2"))
    #expect(try refusal(63)?.found == "more than can be counted")
    #expect(try refusal(62)?.found == "9223372036854775807")
    #expect(try refusal(200)?.found == "more than can be counted")
    let space = try Self.space(TestLog(), [.drop(2)])
    #expect(space.refusal(of: [.drop(2)]) == nil)
  }
}

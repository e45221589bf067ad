import CrashStates
import Testing

@Suite struct StateEnumeratorTests {
  /// Entries 0 to 3 are writes, 4 is a flush, 5 a write with FUA, 6 a write.
  private static func history() throws -> DiskHistory {
    var log = TestLog()
    for place in 0..<4 { log.write(at: place * 512, [UInt8](repeating: 1, count: 512)) }
    log.flush()
    log.write(at: 0, [UInt8](repeating: 2, count: 512), flags: TestLog.fua)
    log.write(at: 512, [UInt8](repeating: 2, count: 512))
    return try DiskHistory(index: log.index, base: nil, initialByteCount: nil)
  }

  private static func states(
    _ tiers: [Tier], cut: Int? = nil, seed: UInt64 = 1
  ) throws -> [String] {
    try StateEnumerator(history: history(), tiers: tiers, seed: seed)
      .filter { cut == nil || $0.state.cut == cut }
      .map { "\($0.tier) \($0.state)" }
  }

  @Test func prefixIsEveryCut() throws {
    #expect(try Self.states([.prefix]) == (0...7).map { "prefix cut:\($0)" })
  }

  @Test func flushedOnlyLosesAllThatIsOptional() throws {
    #expect(
      try Self.states([.flushedOnly]) == [
        "flushed-only cut:0", "flushed-only cut:1 lost:0", "flushed-only cut:2 lost:0,1",
        "flushed-only cut:3 lost:0,1,2", "flushed-only cut:4 lost:0,1,2,3", "flushed-only cut:5",
        "flushed-only cut:6", "flushed-only cut:7 lost:6",
      ])
  }

  @Test func dropLosesUpToThatMany() throws {
    #expect(
      try Self.states([.drop(2)], cut: 3) == [
        "drop:2 cut:3 lost:0", "drop:2 cut:3 lost:1", "drop:2 cut:3 lost:2",
        "drop:2 cut:3 lost:0,1", "drop:2 cut:3 lost:0,2", "drop:2 cut:3 lost:1,2",
      ])
    #expect(try Self.states([.drop(1)], cut: 5).isEmpty)
  }

  @Test func keepLosesAllButUpToThatMany() throws {
    #expect(
      try Self.states([.keep(1)], cut: 4) == [
        "keep:1 cut:4 lost:1,2,3", "keep:1 cut:4 lost:0,2,3", "keep:1 cut:4 lost:0,1,3",
        "keep:1 cut:4 lost:0,1,2",
      ])
  }

  @Test func whatAnEarlierTierOfACutHasIsNotRepeated() throws {
    #expect(
      try Self.states([.prefix, .flushedOnly, .drop(1), .keep(1)], cut: 7) == [
        "prefix cut:7", "flushed-only cut:7 lost:6",
      ])
    let all = try Self.states([.keep(4), .random(3), .prefix, .drop(4), .random(1000)])
    let texts = all.map { $0.split(separator: " ").dropFirst().joined(separator: " ") }
    #expect(Set(texts).count == texts.count)
    // Every subset: 1, 2, 4, 8 and 16 before the flush, 1 and 1 after it, 2 at the end.
    #expect(texts.count == 1 + 2 + 4 + 8 + 16 + 1 + 1 + 2)
  }

  @Test func randomTakesAllSubsetsWhereTheyAreFew() throws {
    #expect(try Self.states([.random(8)], cut: 3).count == 8)
    #expect(try Set(Self.states([.random(8)], cut: 3)).count == 8)
  }

  @Test func randomDrawsFromTheSeedWhereTheyAreMany() throws {
    var log = TestLog()
    for place in 0..<40 { log.write(at: place * 512, [UInt8](repeating: 1, count: 512)) }
    let history = try DiskHistory(index: log.index, base: nil, initialByteCount: nil)
    func states(_ seed: UInt64, _ tiers: [Tier]) -> [CrashState] {
      StateEnumerator(history: history, tiers: tiers, seed: seed).map(\.state)
        .filter { $0.cut == 40 }
    }
    let first = states(1, [.random(30)])
    #expect(first.count == 30)
    #expect(Set(first).count == 30)
    #expect(first == states(1, [.random(30)]))
    #expect(first != states(2, [.random(30)]))
    #expect(first.allSatisfy { $0.lost == $0.lost.sorted() })
    #expect(Set(first.map(\.lost.count)).count > 8)
    // What another tier gives out first changes nothing but that it is not repeated.
    let both = states(1, [.prefix, .random(30)])
    #expect(both.contains(CrashState(cut: 40)))
    #expect(both.filter { !$0.lost.isEmpty } == first.filter { !$0.lost.isEmpty })
  }

  @Test func manyStatesAreNotMadeBeforeTheyAreAskedFor() throws {
    var log = TestLog()
    for place in 0..<200 { log.write(at: place * 512, [UInt8](repeating: 1, count: 512)) }
    let history = try DiskHistory(index: log.index, base: nil, initialByteCount: nil)
    let states = StateEnumerator(history: history, tiers: [.drop(100)], seed: 1)
    #expect(states.lazy.map(\.state).first { $0.lost.count == 3 }?.lost == [0, 1, 2])
  }
}

import Bytes
import Testing
import WriteLog

@testable import CrashStates

@Suite struct StateSampleTests {
  private static let tiers: [Tier] = [
    .prefix, .flushedOnly, .drop(2), .keep(1), .torn(nil), .inFlight,
  ]

  private static func space(seed: UInt64 = 1, logSeed: UInt64 = 5) throws -> StateSpace {
    let log = TestLog.inFlight(seed: logSeed, entryCount: 60)
    let history = try DiskHistory(index: log.index, base: nil, initialByteCount: 62 << 10)
    return StateSpace(history, tiers: tiers, origin: .powercut, seed: seed)
  }

  private static func states(_ space: StateSpace, _ sample: StateSample?) -> [String] {
    StateEnumerator(space, tiers: tiers, sample: sample).map { "\($0.tier) \($0.state)" }
  }

  @Test(arguments: [1, 2, 7, 64] as [UInt64])
  func thePartsTogetherAreAllStatesEachOnce(partCount: UInt64) throws {
    let space = try Self.space()
    let parts = (0..<partCount).flatMap { part in
      Self.states(
        space,
        StateSample(
          partCounts: [UInt64](repeating: partCount, count: Self.tiers.count), part: part))
    }
    // Which of two tiers has a state that both have depends on the part: the state counts.
    let all = Self.states(space, nil)
    #expect(Set(parts).count == parts.count)
    #expect(Set(parts.map(Self.withoutTier)) == Set(all.map(Self.withoutTier)))
    if partCount == 1 { #expect(parts == all) }
  }

  private static func withoutTier(_ text: String) -> Substring {
    text.split(separator: " ", maxSplits: 1)[1]
  }

  @Test(arguments: 1...6)
  func aBudgetTakesAboutThatManyAndSomethingOfEveryTier(seed: UInt64) throws {
    let space = try Self.space(seed: seed, logSeed: seed)
    let counts = space.counts(of: Self.tiers)
    let total = counts.reduce(0, +)
    for budget in [200, 500, 1500] as [UInt64] {
      let sample = StateSample(stateCounts: counts, maximumStateCount: budget)
      let states = StateEnumerator(space, tiers: Self.tiers, sample: sample).map { $0 }
      // Some are left out since an earlier tier has them.
      #expect(states.count <= Int(Double(min(budget, total)) * 1.35), "budget \(budget)")
      #expect(states.count >= Int(Double(min(budget, total)) * 0.5), "budget \(budget) of \(total)")
      for tier in Self.tiers {
        #expect(states.contains { $0.tier == tier }, "\(tier) of budget \(budget)")
      }
    }
  }

  @Test func smallTiersAreTakenWholeAndTheOthersShareTheRest() {
    // 10 and 40 whole, 150 left: 75 each of 1000 and of 10,000.
    #expect(
      StateSample(stateCounts: [1000, 10, 10_000, 40], maximumStateCount: 200).partCounts
        == [14, 1, 134, 1])
    #expect(
      StateSample(stateCounts: [10, 20], maximumStateCount: 100).partCounts == [1, 1])
    #expect(StateSample(stateCounts: [0, 20], maximumStateCount: 5).partCounts == [1, 4])
    #expect(StateSample(stateCounts: [20, 20], maximumStateCount: 1).partCounts == [20, 20])
    #expect(
      StateSample(stateCounts: [.max], maximumStateCount: 2).partCounts == [(1 << 63)])
  }

  @Test func oneSeedGivesOneSample() throws {
    let sample = StateSample(
      stateCounts: try Self.space().counts(of: Self.tiers), maximumStateCount: 300)
    #expect(try Self.states(Self.space(), sample) == Self.states(Self.space(), sample))
    #expect(try Self.states(Self.space(), sample) != Self.states(Self.space(seed: 2), sample))
  }

  /// Of a tier of a huge number of states a few are found at once.
  @Test func aFewOfMoreThanCanBeCountedAreFoundAtOnce() throws {
    var log = TestLog()
    for place in 0..<300 { log.write(at: place * 512, [UInt8](repeating: 1, count: 512)) }
    let history = try DiskHistory(index: log.index, base: nil, initialByteCount: nil)
    let space = StateSpace(history, tiers: [.drop(300)], origin: .unknown, seed: 1)
    let counts = space.counts(of: [.drop(300)])
    #expect(counts == [.max])
    let sample = StateSample(stateCounts: counts, maximumStateCount: 50)
    let states = StateEnumerator(space, tiers: [.drop(300)], sample: sample).map(\.state)
    // Each of the cuts that have 2^64 and more gives its share.
    #expect((50...250 * 51).contains(states.count))
    for state in states { try history.check(state) }
  }
}

import Scheduling
import Testing

@testable import Nights

@Suite struct SeedSetTests {
  /// Against a plain set, for progressions of several steps in any order.
  @Test func holdsWhatAPlainSetHolds() {
    var random = RandomStream(Seed(5), .workload)
    for _ in 0..<200 {
      var (set, plain) = (SeedSet(), Set<UInt64>())
      for _ in 0..<6 {
        let step = UInt64(random.next(below: 4)) + 1
        let first = UInt64(random.next(below: 40))
        let count = UInt64(random.next(below: 12))
        let members = (0..<count).map { first + $0 * step }
        let isNew = set.insert(SeedProgression(first: Seed(first), step: step, count: count))
        #expect(isNew == plain.isDisjoint(with: members))
        plain.formUnion(members)
      }
      for seed in 0..<100 as Range<UInt64> {
        #expect(set.contains(Seed(seed)) == plain.contains(seed))
      }
      let (step, start) = (UInt64(random.next(below: 4)) + 1, UInt64(random.next(below: 30)))
      let missing = stride(from: start, through: 90, by: Int(step)).first { !plain.contains($0) }
      #expect(
        set.firstMissing(from: Seed(start), step: step, through: Seed(90))?.rawValue == missing)
    }
  }

  @Test func theLastSeedsAreNoTrap() {
    var set = SeedSet()
    set.insert(SeedProgression(first: Seed(.max - 4), step: 2, count: 3))
    #expect(
      set.contains(Seed(.max)) && set.contains(Seed(.max - 2)) && !set.contains(Seed(.max - 1)))
    #expect(set.firstMissing(from: Seed(.max - 4), step: 2, through: Seed(.max)) == nil)
    #expect(SeedProgression(first: Seed(.max), step: 1, count: 1).next == nil)
    #expect(SeedProgression(first: Seed(.max - 3), step: .max, count: 2).next == nil)
  }
}

import Scheduling
import Testing

@Suite struct RandomStreamTests {
  /// The first three numbers of SplitMix64 from state 0, as its authors' C code prints them.
  @Test func theGeneratorIsSplitMix64() {
    var state: UInt64 = 0
    func reference() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
      return mixed ^ (mixed >> 31)
    }
    #expect(reference() == 0xe220_a839_7b1d_cdaf)
    #expect(reference() == 0x6e78_9e6a_a1b9_65f4)
    #expect(reference() == 0x06c4_5d18_8009_454f)
  }

  @Test func streamsOfDifferentPurposesOrKeysDiffer() {
    var seen: Set<UInt64> = []
    var count = 0
    for purpose in [RandomStream.Purpose.workload, .schedule, .faults, .contents] {
      for first in 0..<20 as Range<UInt64> {
        for second in 0..<20 as Range<UInt64> {
          var stream = RandomStream(Seed(1), purpose, first, second)
          seen.insert(stream.next())
          count += 1
        }
      }
    }
    #expect(seen.count == count)
  }

  @Test func numbersStayBelowTheirBoundAndReachAllOfIt() {
    var stream = RandomStream(Seed(5), .workload)
    var counts = [Int](repeating: 0, count: 10)
    for _ in 0..<10_000 { counts[stream.next(below: 10)] += 1 }
    #expect(counts.allSatisfy { (800...1200).contains($0) })
    for _ in 0..<1000 { #expect((3...7).contains(stream.next(in: 3...7))) }
  }

  @Test func weightsOfZeroAreNeverPicked() {
    var stream = RandomStream(Seed(5), .workload)
    let picked = (0..<1000).map { _ in stream.pick([("a", 1), ("never", 0), ("b", 3)]) }
    #expect(!picked.contains("never"))
    #expect((200...300).contains(picked.count { $0 == "a" }))
  }
}

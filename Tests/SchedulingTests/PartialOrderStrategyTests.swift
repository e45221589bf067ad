import Scheduling
import Testing

@Suite struct PartialOrderStrategyTests {
  /// Four writes: to one place, or each to its own.
  private static func pending(areRacing: Bool) -> [PendingOperation] {
    (0..<4).map { task in
      let byteOffset = areRacing ? 0 : UInt64(task) * 512
      return PendingOperation(
        task: task, point: 0,
        access: DeviceAccess(
          device: 0, kind: .change, byteOffset: byteOffset, endByteOffset: byteOffset + 512))
    }
  }

  /// What is picked when the same operations are pending again and again.
  private static func picks(seed: UInt64, areRacing: Bool) -> [Int] {
    var strategy = PartialOrderStrategy(seed: Seed(seed))
    return (0..<8).map { strategy.pick(from: pending(areRacing: areRacing), step: $0) }
  }

  @Test func whatDoesNotRaceKeepsItsPriority() {
    for seed in UInt64(1)...50 {
      #expect(Set(Self.picks(seed: seed, areRacing: false)).count == 1)
    }
  }

  @Test func whatRacesDrawsAgain() {
    let seeds = UInt64(1)...50
    let changingCount = seeds.count { Set(Self.picks(seed: $0, areRacing: true)).count > 1 }
    #expect(changingCount > 40)
  }

  @Test func eachOperationIsAsLikelyAsTheOthers() {
    var counts = [0, 0, 0, 0]
    for seed in UInt64(1)...4000 { counts[Self.picks(seed: seed, areRacing: false)[0]] += 1 }
    #expect(counts.allSatisfy { (900...1100).contains($0) }, "\(counts)")
  }

  @Test func aTaskThatIsRemovedLeavesTheOthersInTheirOrder() {
    for seed in UInt64(1)...50 {
      let all = Self.pending(areRacing: false)
      var strategy = PartialOrderStrategy(seed: Seed(seed))
      let first = strategy.pick(from: all, step: 0)
      let removed = (first + 1) % 4
      let rest = all.filter { $0.task != removed }
      var other = PartialOrderStrategy(seed: Seed(seed))
      #expect(rest[other.pick(from: rest, step: 0)].task == first)
    }
  }
}

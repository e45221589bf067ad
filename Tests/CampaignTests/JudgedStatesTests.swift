import CrashStates
import Dispatch
import Rules
import Scheduling
import Stacks
import Testing

@testable import Campaign
@testable import Checking

/// The states of one run, judged in several ways that must come to the same.
@Suite struct JudgedStatesTests {
  private static let tiers: [Tier] = [
    .prefix, .flushedOnly, .drop(1), .keep(1), .torn(512), .inFlight, .random(3),
  ]

  private static let runs: [(image: StackName.Image, bug: BugSwitch?)] = [
    (.raw, nil), (.raw, .countEarly), (.raw, .positionReread), (.raw, .fuaUnmarked),
    (.raw, .sizeUnlogged), (.vhdx, nil), (.vhdx, .publishBeforeLog), (.vhdx, .homeNotStable),
    (.vhdx, .payloadNotStable), (.vhdx, .tailEarly), (.vhdx, .guidBeforeEntry),
    (.vhdx, .blockReusedUnbarriered), (.vhdx, .zeroesUnmapped),
  ]

  private static func forEachRun(
    seeds: ClosedRange<UInt64>, _ body: (Evidence, _ name: Comment) throws -> Void
  ) throws {
    for (image, bug) in runs {
      for seed in seeds {
        let bugs = bug.map { [PlantedBug.stack($0)] } ?? []
        let configuration = RunConfiguration(
          stack: StackName(image: image, profile: .exact), bugs: Set(bugs))
        try body(
          try SimulatedRun(configuration, seed: Seed(seed)).evidence(),
          "\(image) \(bug.map(\.rawValue) ?? "exact") seed \(seed)")
      }
    }
  }

  @Test func severalThreadsFindWhatOneFinds() throws {
    var brokenCount = 0
    try Self.forEachRun(seeds: 1...3) { evidence, name in
      let tiers = Self.tiers + (evidence.format.isRaw ? [] : [.recrash])
      var options = Judge.Options(tiers: tiers, seed: 7)
      let alone = Judge(options).judge(evidence)
      brokenCount += alone.violations.count
      for count in [2, 5] {
        options.threads = LentThreads(count: count) { body in
          DispatchQueue.concurrentPerform(iterations: count) { _ in body() }
        }
        #expect("\(Judge(options).judge(evidence))" == "\(alone)", name)
      }
    }
    #expect(brokenCount > 10, "some of the runs break rules")
  }

  /// What a state is held against does not change what is said of its virtual disk.
  @Test func anImageHeldAgainstThePrefixIsJudgedAsAlone() throws {
    var wrongCount = 0
    try Self.forEachRun(seeds: 1...4) { evidence, name in
      if evidence.format.isRaw { return }
      let promises = Promises(of: evidence)
      let inOrder = ImageStateJudge(evidence, promises, .enumerated)
      let alone = ImageStateJudge(evidence, promises?.unshared, .any)
      for (_, state) in Judge.Options(tiers: Self.tiers, seed: 7).states(of: evidence) {
        let expected = Self.ofPromises(alone.judge(state))
        #expect(Self.ofPromises(inOrder.judge(state)) == expected, "\(name): \(state)")
        wrongCount += expected.count
      }
    }
    #expect(wrongCount > 10, "some of the states break promises")
  }

  /// Of a raw disk a state is judged where it is another one than the prefix, and the prefix where its last
  /// entry made it another one: nothing that is wrong is passed over.
  @Test func whatARawDiskHasWrongIsSaidOnceAtLeast() throws {
    var wrongCount = 0
    try Self.forEachRun(seeds: 1...4) { evidence, name in
      guard evidence.format.isRaw, let promises = Promises(of: evidence) else { return }
      let inOrder = PromiseJudge(history: evidence.history, promises: promises)
      let alone = SingleDeviceStateJudge(history: evidence.history, promises: promises.unshared)
      var ofPrefixes: Set<Wrong> = []
      for (_, state) in Judge.Options(tiers: Self.tiers, seed: 7).states(of: evidence) {
        let found = Set(Self.ofPromises(inOrder.judge(state)))
        let all = Set(Self.ofPromises(alone.judge(state)))
        if state.isPrefix { ofPrefixes.formUnion(found) }
        #expect(found.isSubset(of: all), "\(name): \(state)")
        let places = Set(found.union(ofPrefixes).map(\.byteOffset))
        #expect(all.allSatisfy { places.contains($0.byteOffset) }, "\(name): \(state)")
        wrongCount += all.count
      }
    }
    #expect(wrongCount > 10, "some of the states break promises")
  }

  private struct Wrong: Hashable {
    var rule: Rule
    var byteOffset: UInt64?
    var title: String
  }

  private static func ofPromises(_ violations: [Violation]) -> [Wrong] {
    violations.filter { Rule.ofPromises.contains($0.rule) && $0.byteOffset != nil }.map {
      Wrong(rule: $0.rule, byteOffset: $0.byteOffset, title: $0.title)
    }
  }
}

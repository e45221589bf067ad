import Bytes
import Campaign
import Checking
import CrashStates
import Rules
import Scheduling
import Stacks
import Testing
import WriteLog

/// Recordings of stacks with one mistake: the entry that is named is the one that a person names.
@Suite struct BisectPlantedBugTests {
  private struct Bisected {
    var evidence: Evidence
    var answer: BisectAnswer

    var culprit: BisectAnswer.Culprit {
      get throws {
        guard case .culprit(let culprit) = answer.verdict else {
          Issue.record("\(answer.verdict)")
          throw CancellationError()
        }
        return culprit
      }
    }

    func range(_ entryIndex: Int) -> ByteRange { evidence.index[entryIndex].deviceRange }

    func hasFlush(between first: Int, and last: Int) -> Bool {
      (first..<last).contains { evidence.index[$0].flags.contains(.flush) }
    }
  }

  /// Where the log of the simulated images is.
  private static let log = ByteRange(byteOffset: 1 << 20, byteCount: 1 << 20)

  private static func bisected(
    _ bug: BugSwitch, seed: UInt64, _ rule: Rule, image: StackName.Image = .vhdx
  ) throws -> Bisected {
    let plan = FuzzPlan(
      stack: StackName(image: image, profile: .exact), bugs: [.stack(bug)],
      seeds: SeedRange(first: Seed(seed), last: Seed(seed)))
    let run = SimulatedRun(plan.configuration(for: Seed(seed)), seed: Seed(seed))
    let evidence = try run.evidence()
    let judge = SingleStateJudge(evidence)
    try #require(judge.judgedRules.contains(rule))
    let answer = Bisect(evidence.history, FuzzPlan.defaultTiers).run {
      judge.verdict(on: $0).breaks(rule).map { $0 ? .bad : .good } ?? .skipped
    }
    return Bisected(evidence: evidence, answer: answer)
  }

  /// The log entry that carries the shifted table is to blame, not its home write that comes later.
  @Test func aShiftedTableIsBlamedOnTheLogEntryThatBringsIt() throws {
    let found = try Self.bisected(.trailingRead, seed: 7, .b06)
    let culprit = try found.culprit
    #expect(culprit.bad.lost.isEmpty)
    #expect(found.range(culprit.bad.cut - 1).overlaps(Self.log))
    #expect(culprit.good == CrashState(cut: culprit.bad.cut - 1))
    guard case .held = found.answer.monotony else {
      Issue.record("\(found.answer.monotony)")
      return
    }
    #expect(found.answer.judgedStateCount <= 20)
    // Gone through one by one, no earlier cut breaks the rule.
    let judge = SingleStateJudge(found.evidence)
    for cut in 0..<culprit.bad.cut {
      #expect(!judge.violations(in: CrashState(cut: cut)).contains { $0.rule == .b06 })
    }
  }

  /// A block is published while what it holds may still be lost: both writes are named.
  @Test func aBlockPublishedTooEarlyIsBlamedOnItsLogEntryAndTheLostPayload() throws {
    let found = try Self.bisected(.payloadNotStable, seed: 44, .d03)
    let culprit = try found.culprit
    let lost = try #require(culprit.bad.lost.first)
    #expect(culprit.bad.lost.count == 1)
    #expect(found.range(lost).byteOffset >= 4 << 20, "the lost write is payload")
    let publisher = culprit.bad.cut - 1
    #expect(found.range(publisher).overlaps(Self.log))
    #expect(!found.hasFlush(between: lost, and: publisher))
    #expect(culprit.good == CrashState(cut: culprit.bad.cut))
    #expect(culprit.before == CrashState(cut: publisher, lost: [lost]))
    #expect(found.answer.isScanned)
    #expect(found.answer.monotony == .endIsGood(CrashState(cut: found.evidence.index.entryCount)))
  }

  /// The window is shut by the log entry that follows: the last cut is good.
  @Test func aLogGuidWithoutAnEntryIsBlamedOnTheHeaderThatNamesIt() throws {
    let found = try Self.bisected(.guidBeforeEntry, seed: 1, .s05)
    let culprit = try found.culprit
    #expect(culprit.bad.lost.isEmpty)
    let blamed = found.evidence.index[culprit.bad.cut - 1]
    #expect([64 << 10, 128 << 10].contains(blamed.deviceRange.byteOffset))
    // LogGuid is set there, and zero in every header in front of it.
    #expect(!found.evidence.hasNoLogGUID(blamed))
    for place in 0..<blamed.index {
      let entry = found.evidence.index[place]
      guard [64 << 10, 128 << 10].contains(entry.deviceRange.byteOffset) else { continue }
      #expect(found.evidence.hasNoLogGUID(entry))
    }
    #expect(found.answer.monotony == .endIsGood(CrashState(cut: found.evidence.index.entryCount)))
    #expect(found.answer.isScanned)
  }

  /// Nothing on the disk changes: the flush that was acknowledged is what makes it wrong.
  @Test func anAcknowledgedFlushThatLosesAWriteIsNamed() throws {
    let found = try Self.bisected(.publishBeforeLog, seed: 24, .d01)
    let culprit = try found.culprit
    let good = try #require(culprit.good)
    #expect(StateDifference(found.evidence.history, good, culprit.bad).ranges.isEmpty)
    #expect(found.evidence.index[culprit.bad.cut - 1].flags.contains(.flush))
  }

  /// A raw device whose log skips the zeroes of a write-zeroes: what stood there is a promise broken.
  @Test func zeroesThatWereNotWrittenAreBlamedOnTheirEntry() throws {
    let found = try Self.bisected(.zeroesNotWritten, seed: 5, .d03, image: .raw)
    let culprit = try found.culprit
    let blamed = found.evidence.index[culprit.bad.cut - 1]
    #expect(blamed.kind == .write)
    #expect(!found.evidence.index.region.isZero(in: blamed.payloadRange))
    let operation = try #require(blamed.extension?.clientOperation)
    #expect(found.evidence.client?.record(of: operation)?.operation.action == .writeZeroes)
  }

  /// Every state that the judge of all states finds wrong is wrong alone, too.
  @Test(arguments: [
    (BugSwitch.trailingRead, UInt64(7)), (.payloadNotStable, 44), (.guidBeforeEntry, 1),
    (.publishBeforeLog, 15),
  ])
  func bothJudgesAgreeOnTheFirstStateOfEachRule(bug: BugSwitch, seed: UInt64) throws {
    let plan = FuzzPlan(
      stack: StackName(image: .vhdx, profile: .exact), bugs: [.stack(bug)],
      seeds: SeedRange(first: Seed(seed), last: Seed(seed)))
    let evidence = try SimulatedRun(
      plan.configuration(for: Seed(seed)), seed: Seed(seed)
    ).evidence()
    let judge = SingleStateJudge(evidence)
    var first: [Rule: CrashState] = [:]
    for (_, state) in StateEnumerator(
      history: evidence.history, tiers: FuzzPlan.defaultTiers, seed: seed)
    {
      for violation in judge.violations(in: state) where first[violation.rule] == nil {
        first[violation.rule] = state
      }
    }
    let violations = Judge(Judge.Options(tiers: FuzzPlan.defaultTiers, seed: seed)).judge(evidence)
      .violations
    var comparedCount = 0
    for violation in violations where judge.judgedRules.contains(violation.rule) {
      guard let state = violation.state else { continue }
      #expect(first[violation.rule] == state, "\(violation.rule.rawValue)")
      comparedCount += 1
    }
    #expect(comparedCount > 0)
    #expect(Set(first.keys).isSubset(of: violations.map(\.rule)))
  }

  @Test func theExactStackHasNoStateThatIsWrong() throws {
    for seed in 1...3 as ClosedRange<UInt64> {
      let plan = FuzzPlan(
        stack: StackName(image: .vhdx, profile: .exact),
        seeds: SeedRange(first: Seed(1), last: Seed(3)))
      let evidence = try SimulatedRun(
        plan.configuration(for: Seed(seed)), seed: Seed(seed)
      ).evidence()
      let judge = SingleStateJudge(evidence)
      for (_, state) in StateEnumerator(
        history: evidence.history, tiers: [.prefix, .flushedOnly], seed: seed)
      {
        #expect(judge.violations(in: state) == [], "seed \(seed), \(state)")
      }
    }
  }
}

extension Evidence {
  /// Whether a write of a header says that the log is empty: bytes 48 to 63 are zero.
  fileprivate func hasNoLogGUID(_ entry: LogEntry) -> Bool {
    let start = entry.payloadRange.lowerBound + 48
    return index.region.isZero(in: start..<start + 16)
  }
}

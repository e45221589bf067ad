import Campaign
import Rules
import Scheduling
import Testing

@testable import Nights

/// What a night is beside those before it, from ledgers that were written by hand.
@Suite struct NightReportTests {
  private var one: LedgerLines { LedgerLines() }
  private var two: LedgerLines { LedgerLines(night: 2) }

  private func report(
    _ ledgers: [LedgerLine]..., failsOn: NightReport.FailureKind = .new
  ) throws -> NightReport {
    try #require(NightReport(CampaignHistory(ledgers), failsOn: failsOn))
  }

  private func first(_ name: String = "D01-J-a") throws -> [LedgerLine] {
    try one.ledger(
      one.seeds(1, count: 100, ["D01": [7]]), one.minimized("D01", seed: 7, name: name), one.end())
  }

  // MARK: New, known, gone, back

  @Test func whatWasNeverSeenIsNewAndFails() throws {
    let report = try report(first())
    #expect(report.findings.map(\.status) == [.new])
    #expect(report.outcome.kind == .failed)
    #expect(report.outcome.reasons == ["D01-J-a of raw is new: a flushed version is gone"])
  }

  @Test func whatIsThereStillIsKnownAndPasses() throws {
    let second = try two.ledger(
      two.tried("D01-J-a", "there"), two.seeds(101, count: 100, ["D01": [130]]),
      two.minimized("D01", seed: 130, name: "D01-J-a"), two.end())
    let passed = try report(first(), second)
    #expect(passed.findings.map(\.status) == [.known(since: 1)])
    #expect(passed.earlier.isEmpty)
    #expect(passed.outcome.isPassed)
    #expect(passed.trend.map(\.seedCount) == [100, 100])
    #expect(try report(first(), second, failsOn: .any).outcome.kind == .failed)
  }

  /// One bug comes in several shapes: with the same and more operations it is no news.
  @Test func anotherShapeOfTheSameKindIsKnown() throws {
    let second = try two.ledger(
      two.seeds(101, count: 100, ["D01": [130]]),
      two.minimized("D01", seed: 130, name: "D01-J-b", operations: ["flush", "write"]), two.end())
    #expect(try report(first(), second).findings.map(\.status) == [.known(since: 1)])
  }

  @Test(arguments: [
    (["flush"], [String]()), (["write"], ["lost"]), (["write"], ["tasks"]),
  ])
  func whatTakesSomethingElseIsNew(operations: [String], conditions: [String]) throws {
    let second = try two.ledger(
      two.seeds(101, count: 100, ["D01": [130]]),
      two.minimized(
        "D01", seed: 130, name: "D01-J-b", operations: operations, conditions: conditions),
      two.end())
    let report = try report(first(), second)
    #expect(report.findings.map(\.status) == [.new])
    #expect(report.outcome.kind == .failed)
  }

  /// A known finding takes many seeds of a rule; a new rule beside it does not drown.
  @Test func exactlyTheNewRuleIsNew() throws {
    let second = try two.ledger(
      two.seeds(101, count: 100, ["D01": [130], "L09": [131]]),
      two.minimized("D01", seed: 130, name: "D01-J-a"),
      two.minimized("L09", seed: 131, name: "L09-J-a"), two.end())
    let report = try report(first(), second)
    #expect(report.findings.map(\.name) == ["L09-J-a", "D01-J-a"])
    #expect(report.findings.map(\.status) == [.new, .known(since: 1)])
  }

  @Test func whatIsMendedIsGoneAndMayComeBack() throws {
    let gone = try two.ledger(two.tried("D01-J-a", "gone"), two.seeds(101, count: 100), two.end())
    let second = try report(first(), gone)
    #expect(second.findings.isEmpty)
    #expect(second.earlier.map(\.status) == [.gone])
    #expect(second.outcome.isPassed)
    let three = LedgerLines(night: 3)
    let back = try three.ledger(
      three.seeds(201, count: 100, ["D01": [230]]),
      three.minimized("D01", seed: 230, name: "D01-J-a"), three.end())
    let third = try report(first(), gone, back)
    #expect(third.findings.map(\.status) == [.back(goneSince: 2)])
    #expect(third.outcome.kind == .failed)
  }

  @Test func whatASeedComesToIsThereWhateverTheKeptCaseSays() throws {
    let second = try two.ledger(
      two.tried("D01-J-a", "gone"), two.seeds(101, count: 100, ["D01": [130]]),
      two.minimized("D01", seed: 130, name: "D01-J-b"), two.end())
    let report = try report(first(), second)
    #expect(report.findings.map(\.status) == [.known(since: 1)])
    #expect(report.earlier.isEmpty)
  }

  @Test(arguments: [
    ("there", EarlierFinding.Status.stillThere), ("untried", .untried("nobody could tell")),
  ])
  func whatNoSeedComesToIsToldAsItWasTried(
    answer: String, status: EarlierFinding.Status
  ) throws {
    let second = try two.ledger(two.tried("D01-J-a", answer), two.seeds(101, count: 9), two.end())
    let passed = try report(first(), second)
    #expect(passed.earlier.map(\.status) == [status])
    #expect(passed.outcome.isPassed)
    let isFailure = status == .stillThere
    #expect(
      try report(first(), second, failsOn: .any).outcome.kind == (isFailure ? .failed : .passed))
  }

  // MARK: What is told apart from a verdict

  /// Of a rule that is known nobody can say so before it is made smaller; of another it is new for certain.
  @Test func whatIsNotMadeSmallerIsNewOrUndecided() throws {
    let pending = try two.ledger(two.seeds(101, count: 9, ["D01": [105]]), two.end())
    let undecided = try report(first(), pending)
    #expect(undecided.findings.map(\.status) == [.undecided])
    #expect(undecided.outcome.kind == .incomplete)
    #expect(try report(pending).findings.map(\.status) == [.new])
  }

  @Test func knownRulesAndAcceptedFindingsAreToldAndPass() throws {
    let set = LedgerLines(knownRules: [.d01])
    let known = try report(
      set.ledger(
        set.seeds(1, count: 9, ["D01": [5]]), set.minimized("D01", seed: 5, name: "a"), set.end()))
    #expect(known.findings.map(\.status) == [.knownRule(set: "set")])
    #expect(known.outcome.isPassed)
    let accepting = LedgerLines(accepted: [AcceptedFinding(name: "a", reason: "ours")])
    let accepted = try report(
      accepting.ledger(
        accepting.seeds(1, count: 9, ["D01": [5], "L09": [6]]),
        accepting.minimized("D01", seed: 5, name: "a"),
        accepting.minimized("L09", seed: 6, name: "b"), accepting.end()))
    #expect(accepted.findings.map(\.status) == [.new, .accepted(reason: "ours")])
  }

  @Test func aNightWithoutItsEndIsIncomplete() throws {
    let report = try report(one.ledger(one.seeds(1, count: 9)))
    #expect(report.outcome.kind == .incomplete)
    #expect(report.outcome.reasons.first?.contains("it was killed, or still runs") == true)
    let again = LedgerLines(attempt: 2)
    let whole = try self.report(
      one.ledger(one.seeds(1, count: 9)), again.ledger(again.seeds(10, count: 1), again.end()))
    #expect(whole.outcome.isPassed)
    #expect(whole.targets[0].tally.seedCount == 10)
  }

  @Test func aShardThatIsMissingIsNamed() throws {
    let shard = LedgerLines(shard: Shard(number: 2, count: 3))
    let report = try report(shard.ledger(shard.seeds(2, count: 9), shard.end()))
    #expect(report.outcome.reasons == ["no worker has carried out the shards 1/3, 3/3"])
    #expect(report.outcome.kind == .incomplete)
  }

  @Test func aSignalIsAnInterruption() throws {
    let report = try report(one.ledger(one.seeds(1, count: 9), one.end("signal")))
    #expect(report.outcome.kind == .interrupted)
  }

  /// What a later start of the shard does again is no obstacle any more.
  @Test func anErrorIsToldUntilTheNextStart() throws {
    let failed = try one.ledger(
      one.seeds(1, count: 9),
      "{\"line\":\"obstacle\",\"target\":\"raw\",\"text\":\"no program\"}",
      "{\"line\":\"end\",\"reason\":\"error\",\"text\":\"full\",\"time\":\"2026-11-30T21:10:00\",\"nanoseconds\":1}"
    )
    let report = try report(failed)
    #expect(report.outcome.kind == .incomplete)
    #expect(
      report.outcome.reasons
        == ["raw: no program", "worker 1/1 on h was ended by an error: full"])
    let again = LedgerLines(attempt: 2)
    #expect(try self.report(failed, again.ledger(again.end())).outcome.isPassed)
  }

  @Test func seedsThatCountTwiceAreTold() throws {
    let other = LedgerLines(shard: Shard(number: 1, count: 2))
    let second = LedgerLines(shard: Shard(number: 2, count: 2))
    let report = try report(
      one.ledger(one.seeds(1, count: 9), one.end()),
      other.ledger(other.seeds(9, count: 2), other.end()),
      second.ledger(second.end()))
    #expect(report.outcome.reasons.contains { $0.contains("count twice") })
  }

  @Test func aCanaryThatIsMissedFailsTheNight() throws {
    let lines = LedgerLines(canary: "bug")
    func night(_ answer: String...) throws -> NightReport {
      try report(lines.ledger(answer + [lines.seeds(1, count: 9), lines.end()]))
    }
    let found =
      "{\"line\":\"canary\",\"bug\":\"bug\",\"stack\":\"s\",\"seed\":\"3\",\"seedCount\":3}"
    let missed = "{\"line\":\"canary\",\"bug\":\"bug\",\"stack\":\"s\",\"seedCount\":2000}"
    #expect(try night(found).outcome.isPassed)
    #expect(try night(missed).outcome.kind == .failed)
    #expect(try night(missed, found).outcome.kind == .failed)
    #expect(try night().outcome.kind == .incomplete)
  }

  @Test func aNightOfNothingCheckedNothing() throws {
    #expect(try report(one.ledger(one.end())).outcome.kind == .nothingChecked)
  }

  /// Two shapes of one kind in one night are one finding.
  @Test func variantsAreOneFinding() throws {
    let report = try report(
      one.ledger(
        one.seeds(1, count: 100, ["D01": [7, 8, 9]]),
        one.minimized("D01", seed: 7, name: "b", operations: ["flush", "write"]),
        one.minimized("D01", seed: 8, name: "c"),
        one.minimized("D01", seed: 9, name: "d", conditions: ["lost"]),
        one.end()))
    #expect(report.findings.map(\.name) == ["c", "d"])
    #expect(report.findings[0].variants == ["b"])
    #expect(report.findings[0].seeds == [Seed(7), Seed(8)])
  }

  // MARK: Shards

  /// The same seeds on one worker and on three, in any order, one of them killed and continued.
  @Test func shardsMakeTheSameReport() throws {
    let whole = try report(
      one.ledger(
        one.seeds(1, count: 6, ["D01": [2, 3, 4, 5]]), one.minimized("D01", seed: 2, name: "a"),
        one.minimized("D01", seed: 3, name: "b", conditions: ["lost"]),
        one.minimized("D01", seed: 4, name: "a"), one.end()))
    func shard(_ number: UInt64, attempt: Int = 1) -> LedgerLines {
      LedgerLines(shard: Shard(number: number, count: 3), attempt: attempt)
    }
    let ledgers = [
      try shard(1).ledger(
        shard(1).seeds(1, count: 1), shard(1).seeds(4, count: 1, ["D01": [4]]),
        shard(1).minimized("D01", seed: 4, name: "a"), shard(1).end()),
      try shard(2).ledger(shard(2).seeds(2, count: 1, ["D01": [2]])),
      try shard(2, attempt: 2).ledger(
        shard(2).minimized("D01", seed: 2, name: "a"), shard(2).seeds(5, count: 1, ["D01": [5]]),
        // Beyond the first three of its rule, and so no part of the report.
        shard(2).minimized("D01", seed: 5, name: "z", conditions: ["torn"]), shard(2).end()),
      try shard(3).ledger(
        shard(3).seeds(3, count: 2, ["D01": [3]]),
        shard(3).minimized("D01", seed: 3, name: "b", conditions: ["lost"]), shard(3).end()),
    ]
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]] {
      let merged = try #require(NightReport(CampaignHistory(order.map { ledgers[$0] })))
      #expect(merged.findings == whole.findings)
      #expect(merged.targets.map(\.tally) == whole.targets.map(\.tally))
      #expect(merged.targets.map(\.seeds) == whole.targets.map(\.seeds))
      #expect(merged.outcome == whole.outcome)
    }
  }

  // MARK: Which night

  @Test func aNightEndsWithItsWorkerAndAKilledOneGoesOn() throws {
    func night(_ lines: String..., hours: Int64) throws -> Int {
      let history = CampaignHistory([try one.ledger(lines)])
      return history.night(for: .whole) { _ in hours * 3600 }
    }
    #expect(CampaignHistory([]).night(for: .whole) { _ in 0 } == 1)
    #expect(try night(one.seeds(1, count: 1), one.end(), hours: 0) == 2)
    #expect(try night(one.seeds(1, count: 1), one.end("time"), hours: 0) == 2)
    #expect(try night(one.seeds(1, count: 1), hours: 11) == 1)
    #expect(try night(one.seeds(1, count: 1), one.end("signal"), hours: 11) == 1)
    #expect(try night(one.seeds(1, count: 1), hours: 13) == 2)
  }

  @Test func anotherShardJoinsTheNight() throws {
    let shard = LedgerLines(shard: Shard(number: 1, count: 2))
    let history = CampaignHistory([try shard.ledger(shard.seeds(1, count: 1), shard.end())])
    #expect(history.night(for: Shard(number: 2, count: 2)) { _ in 60 } == 1)
    #expect(history.night(for: Shard(number: 1, count: 2)) { _ in 60 } == 2)
    #expect(history.night(for: Shard(number: 2, count: 2)) { _ in 86_400 } == 2)
  }
}

import Bytes
import Campaign
import Checking
import CrashStates
import Rules
import Scheduling
import Stacks
import Testing
import Workload

@Suite struct ExhaustiveSearchTests {
  /// The workload of Scenarios/logger/position-reread.yaml: a write-zeroes beside a write.
  private static func configuration(bugs: Set<PlantedBug> = []) -> RunConfiguration {
    var configuration = RunConfiguration(
      stack: StackName(image: .raw, profile: .exact), bugs: bugs)
    configuration.deviceByteCount = 4 << 20
    configuration.workload = .explicit(
      Workload(explicit: [
        [
          ClientOperation(
            identifier: 1, task: 0, action: .writeZeroes,
            range: ByteRange(byteOffset: 0, byteCount: 64 << 10)),
          ClientOperation(
            identifier: 2, task: 1, action: .write,
            range: ByteRange(byteOffset: 2 << 20, byteCount: 4096)),
        ]
      ]))
    return configuration
  }

  private static func search(
    bugs: Set<PlantedBug>, preemptionLimit: Int?
  ) -> (search: ExhaustiveSearch, brokenCounts: [Rule: Int], schedules: Set<Schedule>) {
    var search = ExhaustiveSearch(
      configuration(bugs: bugs), seed: Seed(1), tiers: [.prefix],
      preemptionLimit: preemptionLimit)
    var brokenCounts: [Rule: Int] = [:]
    var schedules: Set<Schedule> = []
    while let judged = search.next() {
      #expect(judged.run.stall == nil)
      schedules.insert(judged.run.schedule)
      for violation in judged.judgement.violations { brokenCounts[violation.rule, default: 0] += 1 }
    }
    return (search, brokenCounts, schedules)
  }

  /// Five steps (a mark, the device, the entry's header, its zeroes, a mark) beside four: 9! / (5! 4!)
  /// schedules, of which 2, 9 and 33 have at most no, one and two preemptions.
  @Test(arguments: [(nil, 126), (0, 2), (1, 9), (2, 33)] as [(Int?, Int)])
  func theExactLoggerBreaksNothingInAnySchedule(limit: Int?, scheduleCount: Int) {
    let (search, brokenCounts, schedules) = Self.search(bugs: [], preemptionLimit: limit)
    #expect(search.isComplete)
    #expect(search.scheduleCount == UInt64(scheduleCount))
    #expect(schedules.count == scheduleCount)
    #expect(brokenCounts.isEmpty)
  }

  /// The write's entry or its second mark has to take its place in the log between the second step of
  /// the write-zeroes and its third: one preemption is enough, and without one it does not happen. Of
  /// all schedules, 30 have the write's second step there and 24 its third, 12 of them both.
  @Test func theWriteZeroesRaceNeedsOnePreemption() {
    let bugs: Set<PlantedBug> = [.stack(.positionReread)]
    #expect(Self.search(bugs: bugs, preemptionLimit: 0).brokenCounts[.l03] == nil)
    #expect(Self.search(bugs: bugs, preemptionLimit: 1).brokenCounts[.l03] != nil)
    let all = Self.search(bugs: bugs, preemptionLimit: nil)
    #expect(all.search.scheduleCount == 126)
    #expect(all.brokenCounts[.l03] == 42)
  }

  @Test func theRecordedChoicesOfAScheduleGiveItAgain() throws {
    var search = ExhaustiveSearch(
      Self.configuration(bugs: [.stack(.positionReread)]), seed: Seed(1), tiers: [.prefix],
      preemptionLimit: 1)
    while let judged = search.next() {
      var configuration = search.configuration
      configuration.schedule = .choices(judged.run.schedule, madeBy: .auto)
      let replayed = JudgedRun(configuration, seed: search.seed, tiers: [.prefix])
      #expect(replayed.judgement.violations == judged.judgement.violations)
      #expect(replayed.run.logBytes == judged.run.logBytes)
    }
  }

  @Test func aSearchKeepsTheFirstRunThatBreaksARule() throws {
    var configuration = Self.configuration(bugs: [.stack(.positionReread)])
    configuration.schedule = .exhaustive(ExhaustiveBound(preemptionLimit: nil))
    let judged = JudgedSeed(configuration, seed: Seed(1), tiers: [.prefix], reproduce: "")
    #expect(judged.scheduleCount == 126)
    #expect(!judged.hasMoreSchedules)
    #expect(judged.findings.map(\.rule) == judged.judgement.violations.map(\.rule))
    let token = try #require(judged.findings.first { $0.rule == .l03 }?.token)
    let replay = try RunReplay(RunToken(parsing: token), reproduce: "")
    #expect(replay.verdict.kind == .reproduced)
    #expect(replay.rule == .l03)
  }

  @Test func aSearchThatIsEndedSaysSo() {
    var configuration = Self.configuration()
    var bound = ExhaustiveBound(preemptionLimit: nil)
    bound.scheduleLimit = 125
    configuration.schedule = .exhaustive(bound)
    let judged = JudgedSeed(configuration, seed: Seed(1), tiers: [.prefix], reproduce: "")
    #expect(judged.scheduleCount == 125)
    #expect(judged.hasMoreSchedules)
  }

  @Test func theSearchSaysWhatItHasSeen() {
    var search = ExhaustiveSearch(
      Self.configuration(), seed: Seed(1), tiers: [.prefix], preemptionLimit: 0)
    _ = search.next()
    #expect(search.summary == "1 schedules were carried out, and there are more")
    _ = search.next()
    #expect(search.summary == "every schedule with at most 0 preemptions was carried out: 2")
    #expect(search.next() == nil)
  }
}

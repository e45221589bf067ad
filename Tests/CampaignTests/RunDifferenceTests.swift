import Campaign
import Checking
import CrashStates
import Scheduling
import Stacks
import Synchronization
import Testing

/// Runs that differ are told apart by the first place where they do; a seed never differs from itself.
@Suite struct RunDifferenceTests {
  /// For CI: some seeds of every generator, each carried out twice.
  @Test(arguments: ScenarioTextTests.plans.indices)
  func everySeedGivesTheSameRunTwice(place: Int) {
    let plan = ScenarioTextTests.plans[place]
    for seed in 1...8 as ClosedRange<UInt64> {
      let result = plan.runTwice(Seed(seed))
      #expect(result.difference == nil)
      #expect(result.findings == plan.run(Seed(seed)).findings)
    }
  }

  private static let plan = ScenarioTextTests.plans[0]
  /// The first with much to choose.
  private static let busySeed: UInt64 = {
    var seed: UInt64 = 1
    while SimulatedRun(plan.configuration(for: Seed(seed)), seed: Seed(seed)).schedule.choices.count
      < 60
    {
      seed += 1
    }
    return seed
  }()

  private static func run(
    _ strategy: (any Strategy)? = nil, seed: UInt64 = busySeed,
    _ change: (inout RunConfiguration) -> Void = { _ in }
  ) -> JudgedRun {
    var configuration = plan.configuration(for: Seed(seed))
    change(&configuration)
    return JudgedRun(
      judging: SimulatedRun(configuration, seed: Seed(seed), strategy: strategy),
      tiers: plan.tiers)
  }

  @Test func twoStrategiesDifferAtAChoice() throws {
    let first = Self.run { $0.schedule = .strategy(.sticky) }
    let second = Self.run { $0.schedule = .strategy(.random) }
    let difference = try #require(RunDifference(first.run, second.run))
    let place = try #require(Int(difference.place.dropFirst("choice ".count)))
    let (left, right) = (first.run.schedule.choices, second.run.schedule.choices)
    #expect(left.prefix(place) == right.prefix(place))
    #expect(difference.first == "\(left[place].index)/\(left[place].bound)")
    #expect(difference.second == "\(right[place].index)/\(right[place].bound)")
    #expect(difference.first != difference.second)
    #expect(
      difference.description.hasPrefix(
        "seed \(Self.busySeed) is not the same run twice: at choice "))
  }

  /// What must never be: a strategy that remembers something across runs.
  private struct CountingStrategy: Strategy {
    static let pickCount = Atomic<Int>(0)

    mutating func pick(from pending: [PendingOperation], step: Int) -> Int {
      Self.pickCount.add(1, ordering: .relaxed).oldValue % 1009 % pending.count
    }
  }

  @Test func aStrategyThatCountsAcrossRunsIsCaught() throws {
    // As long as it is set back between the runs it does no harm.
    let judged = JudgedSeed(
      comparing: {
        while CountingStrategy.pickCount.load(ordering: .relaxed) % 1009 != 0 {
          CountingStrategy.pickCount.add(1, ordering: .relaxed)
        }
        defer { CountingStrategy.pickCount.store(1, ordering: .relaxed) }
        return Self.run(CountingStrategy())
      }, reproduce: "")
    #expect(judged.difference == nil)
    let again = JudgedSeed(comparing: { Self.run(CountingStrategy()) }, reproduce: "")
    let difference = try #require(again.difference)
    #expect(difference.place.hasPrefix("choice "))
  }

  @Test func otherContentsUnderTheSameChoicesDifferInTheLog() throws {
    let first = Self.run()
    // Another seed with the same operations: only the contents of the writes are others.
    var configuration = first.run.configuration.listingOperations(seed: first.run.seed)
    configuration.schedule = .choices(first.run.schedule, madeBy: .auto)
    let other = SimulatedRun(configuration, seed: Seed(Self.busySeed + 1))
    let bytes = try #require(RunDifference(first.run, other))
    let place = try #require(
      Int(bytes.place.dropFirst("byte ".count).dropLast(" of the log".count)))
    let (left, right) = (first.run.logBytes, other.logBytes)
    #expect(left.prefix(place) == right.prefix(place))
    #expect(bytes.first == String(left[place], radix: 16))
    #expect(bytes.second == String(right[place], radix: 16))
  }

  @Test func aRunThatIsShorterHasNoChoiceLeft() throws {
    let first = Self.run { $0.schedule = .strategy(.sticky) }
    let shorter = Self.run {
      $0.schedule = .strategy(.sticky)
      $0.workload = .explicit(.init(sessions: []))
    }
    let difference = try #require(RunDifference(first.run, shorter.run))
    #expect(difference.place == "choice 0")
    #expect(difference.second == "no choice left")
  }

  @Test func otherFindingsAndCountsAreTold() throws {
    var seed: UInt64 = 1
    while Self.run(seed: seed).judgement.violations.isEmpty { seed += 1 }
    let judged = JudgedSeed(Self.run(seed: seed), reproduce: "")
    #expect(RunDifference(judged, judged) == nil)
    var other = judged
    other.findings.removeLast()
    let finding = try #require(RunDifference(judged, other))
    #expect(finding.place == "finding \(judged.findings.count)")
    #expect(finding.second == "none")
    other = judged
    other.findings[0].violation.title += "."
    #expect(RunDifference(judged, other)?.place == "finding 1")
    other = judged
    other.judgement.stateCount += 1
    #expect(RunDifference(judged, other)?.place == "the counts")
  }
}

import Campaign
import Checking
import Rules
import Scheduling
import Stacks
import Testing

/// The counting of the bug benchmark, with judges made by hand.
@Suite struct BugSearchTests {
  /// Seeds 1003 and 1005 break rules; seed n is judged in n - 1000 states.
  private static func judge(_ seed: Seed) -> BugSearch.Outcome {
    let rules: [UInt64: [Rule]] = [1003: [.l07], 1005: [.d01, .l03]]
    return BugSearch.Outcome(
      brokenRules: rules[seed.rawValue] ?? [], judgedStateCount: Int(seed.rawValue) - 1000)
  }

  @Test func theFirstSeedThatBreaksOneOfTheRulesEndsASearch() {
    let search = BugSearch(for: [.l03, .l09], from: Seed(1001), limit: 50, judge: Self.judge)
    #expect(search.findingSeed == Seed(1005))
    #expect(search.seedCount == 5)
    #expect(search.judgedStateCount == 1 + 2 + 3 + 4 + 5)
  }

  @Test func aFindingOfAnotherRuleDoesNotCount() {
    let search = BugSearch(for: [.l09], from: Seed(1001), limit: 7, judge: Self.judge)
    #expect(!search.isFound)
    #expect(search.findingSeed == nil)
    #expect(search.seedCount == 7)
    #expect(search.judgedStateCount == 28)
  }

  @Test func theLimitCountsTheFindingSeed() {
    #expect(BugSearch(for: [.l07], from: Seed(1001), limit: 3, judge: Self.judge).isFound)
    #expect(!BugSearch(for: [.l07], from: Seed(1001), limit: 2, judge: Self.judge).isFound)
  }

  // MARK: Medians

  /// - Parameter counts: by start, how many seeds it took; `nil` is over the limit. Those after the
  ///   start that decides are left out.
  private static func series(_ counts: [Int?], of startCount: Int? = nil) -> BugSearchSeries {
    var series = BugSearchSeries(startCount: startCount ?? counts.count)
    for count in counts where !series.isDecided {
      series.add(
        BugSearch(for: [.l03], from: Seed(1), limit: count ?? 400) { seed in
          .init(
            brokenRules: count.map(UInt64.init) == seed.rawValue ? [.l03] : [],
            judgedStateCount: 10)
        })
    }
    return series
  }

  @Test(
    arguments: [
      ([3, 1, 2], 2), ([4, 1, 3, 2], 2.5), ([nil, 1, 2], 2), ([nil, nil, 2], nil),
      ([nil, 1, 5, 2], 3.5), ([nil, nil, 1, 2], nil), ([7], 7), ([nil], nil),
      ([1, 2, 3, 4, 50, 60, nil, nil, nil, nil], 55),
      ([1, 2, 3, 4, 5, nil, nil, nil, nil, nil], nil),
    ] as [([Int?], Double?)])
  func theMedianCountsStartsOverTheLimitAsTheLargest(counts: [Int?], median: Double?) {
    let series = Self.series(counts)
    #expect(series.medianSeedCount == median)
    #expect(series.medianJudgedStateCount == median.map { $0 * 10 })
    #expect(series.isDecided)
    if median != nil { #expect(series.foundCount == counts.count { $0 != nil }) }
  }

  @Test func aSeriesEndsEarlyOnlyWhereItsMedianIsOverTheLimitForSure() {
    #expect(!Self.series([nil, nil, nil, nil], of: 10).isDecided)
    #expect(Self.series([nil, nil, nil, nil, nil], of: 10).isDecided)
    #expect(Self.series([nil, nil, nil, nil, nil], of: 10).medianSeedCount == nil)
    #expect(!Self.series([nil, nil], of: 5).isDecided)
    #expect(Self.series([nil, nil, nil], of: 5).isDecided)
    #expect(!Self.series([1, 1, 1, 1, 1, 1, 1, 1, 1], of: 10).isDecided)
    #expect(Self.series([5, 5], of: 10).medianSeedCount == nil, "not all are there")
  }

  // MARK: Strategies

  private static func comparison(_ medians: [(StrategyName, Int?)]) throws -> BugComparison {
    BugComparison(
      bug: try #require(CataloguedBug.all.first),
      series: medians.map { ($0.0, series([$0.1])) })
  }

  @Test func autoIsComparedWithTheBestOfTheOthers() throws {
    let near = try Self.comparison([
      (.auto, 30), (.random, nil), (.pct, 10), (.pos, 10), (.urw, 11),
    ])
    #expect(near.best?.strategy == .pct)
    #expect(near.best?.medianSeedCount == 10)
    #expect(near.factorOfAuto == 3)
    #expect(near.isNearBest)
    let far = try Self.comparison([(.auto, 31), (.pct, 10)])
    #expect(!far.isNearBest)
    let ahead = try Self.comparison([(.auto, 5), (.pct, 10)])
    #expect(ahead.best?.strategy == .pct)
    #expect(ahead.factorOfAuto == 0.5)
    let lost = try Self.comparison([(.auto, nil), (.pct, nil)])
    #expect(lost.best == nil)
    #expect(lost.factorOfAuto == nil)
    #expect(!lost.isNearBest && !lost.isSoonEnough && !lost.isFoundByAuto)
    let alone = try Self.comparison([(.auto, 200)])
    #expect(alone.isNearBest && alone.isSoonEnough && alone.isFoundByAuto)
    #expect(try !Self.comparison([(.auto, 201)]).isSoonEnough)
    #expect(try Self.comparison([(.auto, 5), (.pct, nil)]).isNearBest)
  }

  // MARK: The catalogue

  @Test func everyBugThatCanBePlantedIsLookedForOnce() {
    let bugs = CataloguedBug.all
    #expect(bugs.count(where: \.isInCatalogue) == 48)
    #expect(bugs.map(\.bug).sorted() == PlantedBug.all.sorted())
    #expect(bugs.allSatisfy { !$0.rules.isEmpty })
  }

  @Test func eachBugIsPlantedInTheStackThatHasIt() throws {
    for bug in CataloguedBug.all {
      let plan = bug.plan(.pct, seeds: SeedRange(first: Seed(1), last: Seed(1)))
      #expect(plan.bugs == [bug.bug])
      #expect(plan.schedule == .strategy(.pct))
      #expect(plan.stack.profile == .exact)
      #expect((plan.stack.image == .raw) == bug.identifier.hasPrefix("logger."))
      #expect((plan.workload == .dirtyImages) == bug.identifier.hasPrefix("recovery."))
    }
  }

  @Test func startsHaveSeedsOfTheirOwn() {
    #expect(CataloguedBug.firstSeed(ofStart: 1) == Seed(100_001))
    #expect(CataloguedBug.firstSeed(ofStart: 10) == Seed(1_000_001))
  }

  /// The whole way: a bug that is easy to find, and the same search without it.
  @Test func aPlantedBugIsFoundAndARightStackIsNot() throws {
    let bug = try #require(CataloguedBug.all.first { $0.identifier == "logger.count-early" })
    let found = bug.search(.auto, start: 1, limit: 20)
    #expect(found.isFound)
    #expect(found.judgedStateCount > 0)
    #expect(found == bug.search(.auto, start: 1, limit: 20))
    var other = bug
    other.rules = [.l11]
    #expect(!other.search(.auto, start: 1, limit: 20).isFound)
  }
}

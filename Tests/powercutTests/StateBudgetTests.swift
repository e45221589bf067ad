import Host
import TestSupport
import Testing

/// `powercut check` where there are more crash states than time.
@Suite struct StateBudgetTests {
  /// Writes of 4 KiB, one after the other, that no flush covers: so nothing is promised (status 3).
  private static func log(entryCount: Int, in folder: TemporaryFolder) throws -> String {
    try TimedLog.make(
      folder.path("L"), "for n in range(\(entryCount)): entry(n * 8, 8, 0, None)")
    return folder.path("L")
  }

  /// The line of a tier: how many states were gone through, and of how many.
  private static func share(
    _ tier: String, _ output: String
  ) throws -> (stateCount: Int, all: String) {
    let line = try #require(
      output.split(separator: "\n").first { $0.contains("\(tier): ") && $0.contains(" states") },
      "no line for \(tier): \(output)")
    let words = line.split(separator: " ")
    let place = try #require(words.firstIndex { $0.hasPrefix("states") })
    let all = words[(place + 1)...].first == "of" ? String(words[place + 2]) : ""
    return (try #require(Int(words[place - 1])), all)
  }

  @Test func budgetIsSharedByTheTiersAndRepeatable() throws {
    let folder = try TemporaryFolder()
    let log = try Self.log(entryCount: 300, in: folder)
    let words = ["check", log, "--states", "prefix,drop:2,torn", "--max-states", "500"]
    let run = try ToolRun(words, build: .release)
    #expect(run.status == 3, "\(run.errors)")
    // 1 + 2 + ... over the cuts: C(m + 1, 3) + C(m, 2) for two lost; nine shapes of eight units of 512 bytes,
    // none of one of 4096.
    let shares = try ["prefix", "drop:2", "torn"].map { try Self.share($0, run.result) }
    #expect(shares.map(\.all) == ["301", "4545100", "451500"])
    for share in shares { #expect((80...260).contains(share.stateCount), "\(share)") }
    #expect((350...650).contains(shares.map(\.stateCount).reduce(0, +)))
    let again = try ToolRun(words, build: .release)
    #expect(Self.withoutTime(again.result) == Self.withoutTime(run.result))
    let other = try ToolRun(words + ["--seed", "2"], build: .release)
    #expect(Self.withoutTime(other.result) != Self.withoutTime(run.result))
  }

  /// 1 + 2 + … + 1100 losses of one write are more than the usual half a million states.
  @Test func withoutABudgetAShareOfVeryManyStatesIsJudgedAndTold() throws {
    let folder = try TemporaryFolder()
    let log = try Self.log(entryCount: 1100, in: folder)
    let words = ["check", log, "--states", "prefix,drop:1"]
    let run = try ToolRun(words, build: .release)
    let share = try Self.share("drop:1", run.result)
    #expect(share.all == "605550")
    // Every second one: parts are whole.
    #expect(share.stateCount == 302_775)
    let note = "sampled: there are 606651 states, and a share of each tier was judged"
    #expect(run.result.contains(note))
    #expect(try ToolRun(words + ["--format", "json"], build: .release).result.contains(note))
    let whole = try ToolRun(words + ["--max-states", "all"], build: .release)
    #expect(try Self.share("drop:1", whole.result) == (605_550, ""))
    #expect(!whole.result.contains("sampled"))
  }

  /// The number of threads shows in nothing but the time.
  @Test func theReportDoesNotDependOnTheNumberOfThreads() throws {
    let folder = try TemporaryFolder()
    let log = try Self.log(entryCount: 300, in: folder)
    let words = ["check", log, "--states", "prefix,drop:1,torn,random:3", "--jobs"]
    let one = try ToolRun(words + ["1"], build: .release)
    for count in ["2", "3", "7"] {
      let more = try ToolRun(words + [count], build: .release)
      #expect(Self.withoutTime(more.result) == Self.withoutTime(one.result))
    }
  }

  private static func withoutTime(_ text: String) -> [Substring] {
    text.split(separator: "\n").filter { !$0.hasPrefix("NOTHING WAS CHECKED: ") }
  }

  @Test func durationEndsInTimeAndSaysTheShareOfEachTier() throws {
    let folder = try TemporaryFolder()
    let log = try Self.log(entryCount: 4000, in: folder)
    let clock = ContinuousClock()
    let start = clock.now
    let run = try ToolRun(
      ["check", log, "--states", "prefix,drop:2,torn", "--duration", "2s"], build: .release)
    // The machine may be busy with other tests.
    #expect(clock.now - start < .seconds(30))
    #expect(run.status == 3, "\(run.errors)")
    for tier in ["prefix", "drop:2", "torn"] {
      let share = try Self.share(tier, run.result)
      #expect(share.stateCount > 0, "\(tier)")
      // The prefixes are few: all of them may have had their turn.
      #expect(!share.all.isEmpty || tier == "prefix", "\(tier): \(run.result)")
    }
  }

  @Test func allStatesOfALargeLogAreRefusedWithTheirNumber() throws {
    let folder = try TemporaryFolder()
    let log = try Self.log(entryCount: 40, in: folder)
    let run = try ToolRun(["check", log, "--states", "prefix,all"], build: .release)
    #expect(run.status == 2)
    // The other tier was judged.
    #expect(try Self.share("prefix", run.result).stateCount == 41)
    // 2^0 + ... + 2^40
    #expect(run.errors.contains("2199023255551"), "\(run.errors)")
    #expect(run.errors.contains("1048576"))
    let small = try Self.log(entryCount: 8, in: folder)
    let taken = try ToolRun(["check", small, "--states", "all"], build: .release)
    #expect(taken.status == 3)
    #expect(try Self.share("all", taken.result).stateCount == 511)
  }

  /// Two writes and a FUA write in between: what may have been early is looked at where somebody says so.
  @Test func originLinuxAddsStatesAndSaysWhatItDoesNotTell() throws {
    let folder = try TemporaryFolder()
    try TimedLog.make(
      folder.path("L"), "entry(0, 1, 0, None); entry(8, 1, 2, None); entry(1, 1, 0, None)")
    let words = ["check", folder.path("L"), "--states", "in-flight"]
    let linux = try ToolRun(words + ["--origin", "linux"])
    #expect(linux.status == 0, "\(linux.result)")
    #expect(try Self.share("in-flight", linux.result).stateCount == 4)
    #expect(linux.result.contains("dm-log-writes"))
    let unknown = try ToolRun(words)
    #expect(try Self.share("in-flight", unknown.result).stateCount == 0)
    #expect(unknown.result.contains("--origin"))
  }

  /// What was in flight when a flush or a FUA write completed, or together with what it overlaps, is no
  /// finding where the log alone says what was promised.
  @Test func whatWasInFlightBreaksNoImpliedPromise() throws {
    let folder = try TemporaryFolder()
    try TimedLog.make(
      folder.path("L"),
      """
      entry(0, 4, 0, (1, 4))
      entry(2, 4, 0, (2, 5))
      entry(0, 0, 1, (6, 8))
      entry(4, 4, 0, (7, 9))
      entry(32, 2, 2, (10, 12))
      entry(0, 2, 0, (11, 13))
      entry(0, 0, 1, (14, 15))
      """)
    let run = try ToolRun(["check", folder.path("L"), "--states", "all,in-flight"])
    #expect(run.status == 0, "\(run.result)")
    #expect(try Self.share("all", run.result).stateCount > 20)
  }

  @Test(arguments: [
    ["--states", "torn:511"], ["--states", "torn:0"], ["--states", "ripped"],
    ["--origin", "windows"], ["--max-states", "0"],
    ["--max-states", "some"], ["--max-states", "5", "--duration", "2s"],
  ])
  func misuseIsRefused(words: [String]) throws {
    let folder = try TemporaryFolder()
    let log = try Self.log(entryCount: 2, in: folder)
    let run = try ToolRun(["check", log] + words, build: .release)
    #expect(run.status == 64, "\(run.errors)")
    #expect(run.result.isEmpty)
  }
}

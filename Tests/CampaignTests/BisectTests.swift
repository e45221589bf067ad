import Bytes
import Campaign
import CrashStates
import Testing
import WriteLog

/// The search alone: what fails is made up, so that the answer is known.
@Suite struct BisectTests {
  private static func answer(
    entryCount: Int = 500, flushes: Set<Int> = [], sectorCount: Int = 1,
    tiers: [Tier] = FuzzPlan.defaultTiers, _ judge: @escaping (CrashState) -> BisectOutcome
  ) throws -> BisectAnswer {
    let history = try BisectLog.history(
      entryCount: entryCount, flushes: flushes, sectorCount: sectorCount)
    return Bisect(history, tiers).run { state in
      (try? history.check(state)) == nil ? .skipped : judge(state)
    }
  }

  private static func culprit(_ answer: BisectAnswer) throws -> BisectAnswer.Culprit {
    guard case .culprit(let culprit) = answer.verdict else {
      Issue.record("\(answer.verdict)")
      throw CancellationError()
    }
    return culprit
  }

  // MARK: Monotone

  @Test(arguments: [1, 2, 3, 4, 77, 249, 250, 251, 255, 256, 498, 499, 500])
  func theFirstCutIsFoundByHalves(first: Int) throws {
    let answer = try Self.answer { $0.cut >= first ? .bad : .good }
    let culprit = try Self.culprit(answer)
    #expect(culprit.bad == CrashState(cut: first))
    #expect(culprit.good == CrashState(cut: first - 1))
    #expect(culprit.before == culprit.good)
    #expect(culprit.skipped == [])
    #expect(answer.judgedStateCount <= 20, "\(answer.judgedStateCount)")
    #expect(!answer.isScanned)
    guard case .held(let sampleCount) = answer.monotony else {
      Issue.record("\(answer.monotony)")
      return
    }
    #expect(sampleCount >= 4)
  }

  @Test(arguments: 0...9)
  func logsOfFewEntriesHaveAnAnswer(entryCount: Int) throws {
    for first in 0...entryCount + 1 {
      let answer = try Self.answer(entryCount: entryCount) { $0.cut >= first ? .bad : .good }
      switch first {
      case 0: #expect(answer.verdict == .failsFromTheStart(CrashState(cut: 0)))
      case entryCount + 1: #expect(answer.verdict == .nothingFails)
      default:
        #expect(try Self.culprit(answer).bad == CrashState(cut: first))
        #expect(answer.judgedStateCount <= entryCount + 1)
      }
    }
  }

  @Test func noStateIsAskedForTwice() throws {
    var asked: [CrashState] = []
    let answer = try Self.answer { state in
      asked.append(state)
      return state.cut >= 131 || state.lost.contains(20) ? .bad : .good
    }
    #expect(Set(asked).count == asked.count)
    #expect(answer.judgedStateCount == asked.count)
  }

  // MARK: Not monotone

  @Test func aSampleThatContradictsIsSaidAndTheStatesAreScanned() throws {
    let answer = try Self.answer { state in
      (240...249).contains(state.cut) || state.cut >= 252 ? .bad : .good
    }
    #expect(answer.monotony == .broken(by: CrashState(cut: 247), outcome: .bad))
    #expect(answer.isScanned)
    #expect(try Self.culprit(answer).bad == CrashState(cut: 240))
  }

  /// What the samples miss is missed: the answer says at how many cuts it looked.
  @Test func aShortStretchFarAwayIsNotSeen() throws {
    let answer = try Self.answer { state in
      (100...103).contains(state.cut) || state.cut >= 252 ? .bad : .good
    }
    #expect(try Self.culprit(answer).bad == CrashState(cut: 252))
    #expect(answer.monotony == .held(sampleCount: 6))
  }

  @Test func aLastCutThatIsGoodIsSaidAndTheStatesAreScanned() throws {
    let answer = try Self.answer { (300...301).contains($0.cut) ? .bad : .good }
    #expect(answer.monotony == .endIsGood(CrashState(cut: 500)))
    #expect(answer.isScanned)
    let culprit = try Self.culprit(answer)
    #expect(culprit.bad == CrashState(cut: 300))
    #expect(culprit.good == CrashState(cut: 299))
  }

  @Test func whatFailsBeforeTheFirstEntryIsPassedOverWhereItIsGoodLater() throws {
    let answer = try Self.answer { $0.cut < 3 || $0.cut >= 390 ? .bad : .good }
    #expect(try Self.culprit(answer).bad == CrashState(cut: 390))
    #expect(answer.monotony == .broken(by: CrashState(cut: 0), outcome: .bad))
    let start = try Self.answer(entryCount: 20) { $0.cut < 3 ? .bad : .good }
    #expect(start.verdict == .nothingFails)
    #expect(start.monotony == .broken(by: CrashState(cut: 0), outcome: .bad))
  }

  // MARK: Losses

  @Test func theSmallestLossIsNamed() throws {
    // Entries 8 to 19 are optional at cut 20; only where 11 is lost and 17 is not it fails.
    let answer = try Self.answer(entryCount: 30, flushes: [7, 20]) { state in
      state.lost.contains(11) && state.cut > 17 && !state.lost.contains(17) ? .bad : .good
    }
    let culprit = try Self.culprit(answer)
    #expect(culprit.bad == CrashState(cut: 18, lost: [11]))
    #expect(culprit.good == CrashState(cut: 18))
    #expect(culprit.before == CrashState(cut: 17, lost: [11]))
    #expect(answer.monotony == .endIsGood(CrashState(cut: 30)))
  }

  @Test(arguments: [[9], [9, 30], [3, 17, 31], [0, 1, 2, 3], [5, 11, 12, 30, 38]])
  func aLargeLossIsMadeSmall(needed: [Int]) throws {
    let answer = try Self.answer(entryCount: 40, tiers: [.prefix, .flushedOnly]) { state in
      state.cut == 40 && Set(state.lost).isSuperset(of: needed) ? .bad : .good
    }
    #expect(try Self.culprit(answer).bad == CrashState(cut: 40, lost: needed))
  }

  @Test func aLossThatIsNotNeededBecomesNone() throws {
    let answer = try Self.answer(entryCount: 40, tiers: [.drop(1)]) { state in
      state.cut >= 12 ? .bad : .good
    }
    #expect(try Self.culprit(answer).bad == CrashState(cut: 12))
    #expect(try Self.culprit(answer).good == CrashState(cut: 11))
    #expect(answer.monotony == .unknown)
  }

  // MARK: Torn writes

  @Test func aTearThatIsNeededStays() throws {
    let answer = try Self.answer(
      entryCount: 12, flushes: [4], sectorCount: 4, tiers: [.prefix, .drop(1), .torn(512)]
    ) { state in
      state.torn?.entryIndex == 7 && state.cut >= 10 ? .bad : .good
    }
    let culprit = try Self.culprit(answer)
    #expect(culprit.bad.cut == 10)
    #expect(culprit.bad.lost == [])
    #expect(culprit.bad.torn?.entryIndex == 7)
    #expect(culprit.good == CrashState(cut: 10))
    var before = culprit.bad
    before.cut = 9
    #expect(culprit.before == before)
  }

  @Test func aTearThatIsNotNeededIsTakenOut() throws {
    let answer = try Self.answer(
      entryCount: 12, sectorCount: 4, tiers: [.torn(512)]
    ) { $0.cut >= 6 ? .bad : .good }
    #expect(try Self.culprit(answer).bad == CrashState(cut: 6))
  }

  // MARK: A faster way through all states

  @Test func whatAFasterScanFindsIsMadeSmall() throws {
    let history = try BisectLog.history(entryCount: 200)
    let judge = { (state: CrashState) -> BisectOutcome in
      Set(state.lost).isSuperset(of: [3, 9]) && state.cut > 20 ? .bad : .good
    }
    let bisect = Bisect(history, [.prefix, .flushedOnly])
    let slow = bisect.run(judge)
    let fast = bisect.run(judge) { .firstFailure(CrashState(cut: 21, lost: Array(0..<21))) }
    #expect(fast.verdict == slow.verdict)
    #expect(try Self.culprit(fast).bad == CrashState(cut: 21, lost: [3, 9]))
    #expect(fast.judgedStateCount < slow.judgedStateCount)
    #expect(bisect.run(judge) { .unknown } == slow)
    // A state that does not fail here is no answer.
    #expect(bisect.run(judge) { .firstFailure(CrashState(cut: 5)) }.verdict == slow.verdict)
    #expect(bisect.run(judge) { .nothingFails }.verdict == .nothingFails)
  }

  // MARK: Several files

  /// The same search over the lines of files and names: which one broke it, with the smallest loss.
  @Test func aRecordingOfSeveralFilesIsSearchedByItsLines() throws {
    let recording = try Recording(
      JointLine.list(parsing: (0..<40).map { "create \($0 + 1) 644 f\($0)\n" }.joined()),
      base: FolderListing([]), files: [])
    let bisect = Bisect(StateSpace(recording, tiers: [], seed: 1), tiers: [.prefix, .names])
    func has(_ path: FilePath, _ state: CrashState) -> Bool {
      recording.names(in: state).contains { $0.path == path }
    }
    let byHalves = bisect.run { has("f17", $0) ? .bad : .good }
    #expect(try Self.culprit(byHalves).bad == CrashState(cut: 18))
    #expect(byHalves.judgedStateCount < 20)
    let byLoss = bisect.run { $0.cut >= 30 && !has("f10", $0) ? .bad : .good }
    let culprit = try Self.culprit(byLoss)
    // Of changes of names only the last ones can be lost.
    #expect(culprit.bad == CrashState(cut: 30, lost: Array(10..<30)))
    #expect(recording.text(of: culprit.bad) == "cut:30 names:10")
    #expect(culprit.good == CrashState(cut: 30))
  }

  // MARK: Skipped states

  @Test func skippedCutsWidenTheAnswer() throws {
    let answer = try Self.answer { state in
      (200...203).contains(state.cut) ? .skipped : state.cut > 203 ? .bad : .good
    }
    let culprit = try Self.culprit(answer)
    #expect(culprit.bad == CrashState(cut: 204))
    #expect(culprit.good == CrashState(cut: 199))
    #expect(culprit.skipped.map(\.cut) == [203, 202, 201, 200])
  }

  @Test func skippedEndsAreSteppedOver() throws {
    let answer = try Self.answer { state in
      state.cut < 3 || state.cut > 490 ? .skipped : state.cut >= 60 ? .bad : .good
    }
    #expect(try Self.culprit(answer).bad == CrashState(cut: 60))
    #expect(answer.skippedStateCount > 0)
  }

  @Test func nothingButSkippedStatesIsSaid() throws {
    let answer = try Self.answer(entryCount: 12) { _ in .skipped }
    #expect(answer.verdict == .everythingSkipped)
    #expect(answer.judgedStateCount == answer.skippedStateCount)
  }

  // MARK: Always the same

  @Test func nothingThatFailsIsSaidAfterAllStates() throws {
    let answer = try Self.answer(entryCount: 12) { _ in .good }
    #expect(answer.verdict == .nothingFails)
    // 13 prefixes, and of 12 writes without a flush those that lose one or all.
    #expect(answer.judgedStateCount == 13 + 12 + (1...12).reduce(0, +) - 1)
  }

  @Test func whatAlwaysFailsIsBlamedOnNoEntry() throws {
    let answer = try Self.answer { _ in .bad }
    #expect(answer.verdict == .failsFromTheStart(CrashState(cut: 0)))
    #expect(answer.judgedStateCount <= 20)
  }

  @Test func anErrorOfTheJudgeEndsTheSearch() throws {
    struct Stop: Error {}
    let history = try BisectLog.history(entryCount: 100)
    var askedCount = 0
    #expect(throws: Stop.self) {
      try Bisect(history, [.prefix]).run { _ throws(Stop) in
        askedCount += 1
        if askedCount == 3 { throw Stop() }
        return .good
      }
    }
    #expect(askedCount == 3)
  }
}

extension Bisect {
  /// Of a disk, with the first seed.
  init(_ history: DiskHistory, _ tiers: [Tier]) {
    self.init(
      StateSpace(
        history, tiers: tiers, origin: LogOrigin(recognizing: history.index), seed: 1),
      tiers: tiers)
  }
}

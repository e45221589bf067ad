import Checking
import Host
import Rules
import Scheduling
import Testing
import VHDX
import VHDXStack

/// Recoveries of made-up dirty images, judged.
@Suite struct DirtyImageRunTests {
  private static let seedCount: UInt64 =
    Environment.value("POWERCUT_DIRTY_SEEDS").flatMap(UInt64.init) ?? 40

  @Test func whatTheSpecificationWantsBreaksNothing() {
    for seed in 1...Self.seedCount {
      let run = DirtyImageRun(profile: .exact, seed: Seed(seed))
      #expect(run.judgement.stateCount == 4)
      #expect(
        run.judgement.violations.isEmpty,
        "seed \(seed): \(run.judgement.violations.map { "\($0.rule) \($0.title) \($0.evidence)" })")
    }
  }

  struct Planted: Sendable {
    var bug: RecoveryBug
    /// What the catalogue says that it breaks.
    var rule: Rule
    /// From here on seeds are tried: the first that shows it, when this was written.
    var firstSeed: UInt64
  }

  private static let planted: [Planted] = [
    Planted(bug: .secondEntryUnchecked, rule: .r04, firstSeed: 23),
    Planted(bug: .firstNumberCompared, rule: .s03, firstSeed: 17),
    Planted(bug: .tailIgnored, rule: .r04, firstSeed: 2),
    Planted(bug: .mismatchSkipsSector, rule: .s04, firstSeed: 3),
    Planted(bug: .badDescriptorFatal, rule: .r11, firstSeed: 2),
    Planted(bug: .badChecksumSkipsClaim, rule: .s04, firstSeed: 83),
    Planted(bug: .noGrowthAtMebibyte, rule: .r06, firstSeed: 1),
    Planted(bug: .growthOverflow, rule: .r06, firstSeed: 21),
    Planted(bug: .growthEveryEntry, rule: .r06, firstSeed: 6),
    Planted(bug: .growthCutsOff, rule: .r06, firstSeed: 81),
    Planted(bug: .flushedOffsetEveryEntry, rule: .r03, firstSeed: 66),
    Planted(bug: .opensWithoutSequence, rule: .r02, firstSeed: 1),
    Planted(bug: .fieldsUnchecked, rule: .e06, firstSeed: 33),
    Planted(bug: .dataSignatureUnchecked, rule: .e10, firstSeed: 4),
    Planted(bug: .dataSequenceLate, rule: .e10, firstSeed: 11),
    Planted(bug: .targetsUnchecked, rule: .e11, firstSeed: 17),
    Planted(bug: .zeroLengthUnbounded, rule: .e09, firstSeed: 36),
    Planted(bug: .lengthUnchecked, rule: .e03, firstSeed: 5),
    Planted(bug: .descriptorsBeyondFirstSector, rule: .r11, firstSeed: 4),
    Planted(bug: .fullRingRefused, rule: .d09, firstSeed: 43),
    Planted(bug: .searchNeverEnds, rule: .d09, firstSeed: 43),
    Planted(bug: .clearsBeforeStable, rule: .r10, firstSeed: 1),
    Planted(bug: .dataGUIDChanged, rule: .h15, firstSeed: 1),
    Planted(bug: .readsOldGUID, rule: .s09, firstSeed: 8),
    Planted(bug: .readOnlyWrites, rule: .r12, firstSeed: 1),
  ]

  @Test func everyMistakeIsPlanted() {
    #expect(Self.planted.map(\.bug) == RecoveryBug.allCases)
  }

  @Test(arguments: planted)
  func eachMistakeIsFoundByItsRule(planted: Planted) {
    let isFound = (planted.firstSeed..<planted.firstSeed + 200).contains { seed in
      let run = DirtyImageRun(profile: .exact, bugs: [planted.bug], seed: Seed(seed))
      return run.judgement.violations.contains { $0.rule == planted.rule }
    }
    #expect(isFound)
  }

  @Test func aSeedGivesTheSameVerdictAgain() {
    let runs = (0..<2).map { _ in DirtyImageRun(profile: .qemu7222, seed: Seed(3)) }
    #expect(runs[0].judgement.violations == runs[1].judgement.violations)
    #expect(!runs[0].judgement.violations.isEmpty)
  }
}

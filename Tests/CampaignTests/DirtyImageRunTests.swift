import Campaign
import Checking
import Host
import Scheduling
import Testing
import VHDX

/// Recoveries of made-up dirty images, judged.
@Suite struct DirtyImageRunTests {
  private static let seedCount: UInt64 =
    Environment.value("POWERCUT_DIRTY_SEEDS").flatMap(UInt64.init) ?? 200

  @Test func whatTheSpecificationWantsBreaksNothing() {
    for seed in 1...Self.seedCount {
      let run = DirtyImageRun(profile: .exact, seed: Seed(seed))
      #expect(
        run.judgement.violations.isEmpty,
        "seed \(seed): \(run.judgement.violations.map { "\($0.rule) \($0.title) \($0.evidence)" })")
    }
  }

  @Test(arguments: RecoveryBug.allCases)
  func eachMistakeIsFoundByItsRule(bug: RecoveryBug) {
    var counts: [Rule: Int] = [:]
    var first: UInt64?
    for seed in 1...(Self.seedCount * 2) {
      let run = DirtyImageRun(profile: .exact, bugs: [bug], seed: Seed(seed))
      for rule in run.judgement.violations.map(\.rule) { counts[rule, default: 0] += 1 }
      if run.judgement.violations.contains(where: { $0.rule == bug.brokenRule }), first == nil {
        first = seed
        if Environment.value("POWERCUT_DIRTY_SEEDS") == nil { break }
      }
    }
    if Environment.value("POWERCUT_DIRTY_SEEDS") != nil {
      print(
        "BUG \(bug.rawValue) want \(bug.brokenRule) first \(first.map(String.init) ?? "-"): "
          + counts.sorted { $0.key < $1.key }.map { "\($0.key.rawValue)=\($0.value)" }
          .joined(separator: " "))
    }
    #expect(first != nil)
  }
}

extension RecoveryBug {
  /// The rule of the catalogue that it breaks.
  fileprivate var brokenRule: Rule {
    switch self {
    case .secondEntryUnchecked, .tailIgnored: .r04
    case .firstNumberCompared: .s03
    case .mismatchSkipsSector, .badChecksumSkipsClaim: .s04
    case .badDescriptorFatal, .descriptorsBeyondFirstSector: .r11
    case .noGrowthAtMebibyte, .growthOverflow, .growthEveryEntry, .growthCutsOff: .r06
    case .flushedOffsetEveryEntry: .r03
    case .opensWithoutSequence: .r02
    case .fieldsUnchecked: .e07
    case .dataSignatureUnchecked, .dataSequenceLate: .e10
    case .targetsUnchecked: .e11
    case .zeroLengthUnbounded: .e09
    case .lengthUnchecked: .e03
    case .fullRingRefused, .searchNeverEnds: .d09
    case .clearsBeforeStable: .r10
    case .dataGUIDChanged: .h15
    case .readsOldGUID: .s09
    case .readOnlyWrites: .r12
    }
  }
}

import Checking
import CrashStates
import Scheduling
import Stacks
import TestSupport
import Testing

@testable import Programs

/// The judge of SQLite's states, given what it must not let pass.
@Suite(.serialized) struct SQLiteJudgeTests {
  private static func recording(_ setup: SQLiteSetup, _ seed: UInt64 = 1) throws -> SQLiteRecording
  {
    try SQLiteRecording(
      setup, seed: Seed(seed), executable: SQLiteRun.executableName,
      libraryPath: BuiltProduct.preloadedLibrary(),
      describe: { _ in "{}\n" })
  }

  private static func judgement(
    _ recording: SQLiteRecording, _ setup: SQLiteSetup, _ tiers: [Tier] = [.prefix]
  ) throws -> Judgement {
    var judge = try SQLiteJudge(
      recording, setup, SQLiteReader(executable: SQLiteRun.executableName))
    return try judge.judge(tiers: tiers, seed: 1, maximumStateCount: nil)
  }

  /// Rows that no number of commits leaves: the recording is judged against another client's transactions.
  @Test func rowsOfAnotherClientAreAMixture() throws {
    var recording = try Self.recording(.walFull)
    #expect(try Self.judgement(recording, .walFull).violations.isEmpty)
    recording.workload = SQLiteWorkload(seed: Seed(99))
    let judgement = try Self.judgement(recording, .walFull)
    #expect(judgement.violations.map(\.rule) == [.d02])
    let evidence = try #require(judgement.violations.first).evidence
    #expect(evidence.contains { $0.hasPrefix("found: 1|") || $0.hasPrefix("found: ") })
  }

  /// Acknowledged before the commit: the state right after the acknowledgement has lost it.
  @Test func anAcknowledgementThatComesTooEarlyIsALoss() throws {
    var recording = try Self.recording(.deleteExtra)
    let second = recording.acknowledgedCuts[1]
    recording.acknowledgedCuts[1] = recording.acknowledgedCuts[0] + 1
    let judgement = try Self.judgement(recording, .deleteExtra)
    #expect(judgement.violations.map(\.rule) == [.d01])
    #expect(second > recording.acknowledgedCuts[1] + 5)
    // Where nothing was promised but soundness, nothing is broken.
    #expect(try Self.judgement(recording, .walNormal).violations.isEmpty)
  }

  @Test func theTiersOfOneLogAreRefused() throws {
    let recording = try Self.recording(.walFull)
    #expect(throws: CrashStateError.self) {
      try Self.judgement(recording, .walFull, [.fuaOnly])
    }
  }

  /// Each state is asked about once, and each promise is held against it.
  @Test func statesAreComparedBeforeTheyAreAskedAbout() throws {
    let judgement = try Self.judgement(
      Self.recording(.deleteExtra), .deleteExtra, [.prefix, .flushedOnly])
    #expect(judgement.distinctStateCount < judgement.judgedStateCount)
    #expect(judgement.judgedStateCount < judgement.stateCount)
    #expect(judgement.tiers.map(\.distinctStateCount).reduce(0, +) == judgement.distinctStateCount)
    #expect(judgement.stateCount > 100)
  }
}

import Checking
import Scheduling
import Stacks
import TestSupport
import Testing

@testable import Programs

/// The real `sqlite3`, killed at every joint state of a few runs: what its documentation promises is kept,
/// and what it does not promise is lost.
@Suite(.serialized) struct SQLiteRunTests {
  private static func run(_ setup: SQLiteSetup, _ seed: UInt64) throws -> Judgement {
    try SQLiteRun(
      setup, seed: Seed(seed), libraryPath: BuiltProduct.preloadedLibrary(), maximumStateCount: 1500
    ).judgement
  }

  @Test(arguments: [SQLiteSetup.walFull, .walNormal, .deleteExtra], [1, 2] as [UInt64])
  func whatIsPromisedIsKept(setup: SQLiteSetup, seed: UInt64) throws {
    let judgement = try Self.run(setup, seed)
    #expect(judgement.violations.isEmpty, "\(judgement.violations)")
    #expect(judgement.distinctStateCount > 50)
    #expect(judgement.judgedRules == [.d01, .d02, .x03])
  }

  /// A journal whose removal is not durable comes back and undoes a commit.
  @Test(arguments: [1, 2] as [UInt64])
  func aJournalComesBackWhereTheFolderIsNotSynced(seed: UInt64) throws {
    let judgement = try Self.run(.deleteFull, seed)
    #expect(judgement.violations.map(\.rule) == [.d01], "\(judgement.violations)")
    let evidence = try #require(judgement.violations.first).evidence
    #expect(evidence.contains("lost: unlink db-journal"), "\(evidence)")
  }

  @Test func withoutSyncsNothingIsSure() throws {
    let judgement = try Self.run(.off, 1)
    #expect(judgement.violations.contains { $0.rule == .d01 }, "\(judgement.violations)")
  }
}

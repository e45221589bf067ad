import Campaign
import Checking
import CrashStates
import Host
import Recorder
import Scheduling
import Stacks

/// One seed of SQLite: its transactions are typed to an unmodified `sqlite3` under the recorder, and every
/// joint state of what it left is given to `sqlite3` again.
///
/// The order is the program's own, so the states are the same in every run of a seed, but the bytes are
/// not: SQLite draws salts for its journals.
package struct SQLiteRun: Sendable {
  package static let executableName = "sqlite3"
  /// The tiers where none are asked for.
  package static let defaultTiers = Tier.defaultOfFiles

  package let seed: Seed
  package let judgement: Judgement
  /// The joint recording, where something was found; else nothing.
  package let recordedFiles: [RecordedRunFile]

  /// - Parameters:
  ///   - executable: a file, or a name that is looked for on PATH; it is what is recorded, and what judges.
  ///   - libraryPath: the library that recorded programs are started with.
  ///   - maximumStateCount: about so many states are looked at; `nil`: all.
  ///   - describe: the text of a recording's `manifest.json`.
  /// - Throws: what kept the run from being made, recorded or judged.
  package init(
    _ setup: SQLiteSetup, seed: Seed, tiers: [Tier] = defaultTiers,
    executable: String = executableName, libraryPath: String,
    maximumStateCount: UInt64? = nil,
    describe: @escaping (RecordedFileSummary) throws -> String = { _ in "{}\n" }
  ) throws {
    self.seed = seed
    let recording = try SQLiteRecording(
      setup, seed: seed, executable: executable, libraryPath: libraryPath, describe: describe)
    var judge = try SQLiteJudge(recording, setup, SQLiteReader(executable: executable))
    judgement = try judge.judge(
      tiers: tiers, seed: seed.rawValue, maximumStateCount: maximumStateCount)
    recordedFiles = judgement.violations.isEmpty ? [] : try recording.recordedFiles()
  }
}

import Campaign
import Checking
import CrashStates
import Host
import Recorder
import Scheduling
import Stacks

/// Makes runs of `sqlite3`: see ``SQLiteRun``.
package struct SQLiteCarrier: FilesCarrier {
  /// A run has a few thousand states; of one that never syncs, tens of thousands are a share.
  private static let maximumStateCount: UInt64 = 6000

  private let libraryPath: String
  private let describe: @Sendable (RecordedFileSummary) throws -> String

  /// - Parameters:
  ///   - libraryPath: the library that programs are started with.
  ///   - describe: the text of a recording's `manifest.json`.
  package init(
    libraryPath: String, describe: @escaping @Sendable (RecordedFileSummary) throws -> String
  ) {
    self.libraryPath = libraryPath
    self.describe = describe
  }

  package func carryOut(
    _ configuration: RunConfiguration, seed: Seed, tiers: [Tier]
  ) -> FilesRun {
    guard let program = configuration.stack.program, case .database(let setup) = program.client
    else { return FilesRun(stall: configuration.mismatch) }
    do {
      let run = try SQLiteRun(
        setup, seed: seed,
        tiers: tiers == FuzzPlan.defaultTiers ? SQLiteRun.defaultTiers : tiers,
        executable: configuration.program?.executable ?? program.executableName,
        libraryPath: libraryPath, maximumStateCount: Self.maximumStateCount, describe: describe)
      return FilesRun(run.judgement, recordedFiles: run.recordedFiles)
    } catch {
      return FilesRun(stall: .program("\(error)".withoutFullStop))
    }
  }
}

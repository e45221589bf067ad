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
    guard let program = configuration.stack.program, let setup = SQLiteSetup(program) else {
      preconditionFailure("a run of transactions is one of a database")
    }
    do {
      let run = try SQLiteRun(
        setup, seed: seed,
        tiers: tiers == FuzzPlan.defaultTiers ? SQLiteRun.defaultTiers : tiers,
        executable: configuration.program?.executable ?? program.executableName,
        libraryPath: libraryPath, maximumStateCount: Self.maximumStateCount, describe: describe)
      return FilesRun(run.judgement, recordedFiles: run.recordedFiles)
    } catch {
      return FilesRun(stall: .program(Self.sentence("\(error)")))
    }
  }

  /// Without its full stop, as a reason is.
  private static func sentence(_ text: String) -> String {
    text.hasSuffix(".") ? String(text.dropLast()) : text
  }
}

extension SQLiteSetup {
  /// `nil` where the program is no SQLite.
  init?(_ program: ProgramStack) {
    switch program {
    case .sqliteWALFull: self = .walFull
    case .sqliteWALNormal: self = .walNormal
    case .sqliteDeleteExtra: self = .deleteExtra
    case .sqliteDeleteFull: self = .deleteFull
    case .sqliteOff: self = .off
    default: return nil
    }
  }
}

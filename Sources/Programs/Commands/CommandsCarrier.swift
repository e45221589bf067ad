import Campaign
import Checking
import CrashStates
import Host
import Recorder
import Scheduling

/// Makes runs of the commands of scenarios: see ``CommandsRun``.
package struct CommandsCarrier: FilesCarrier {
  /// Says what the check of a scenario makes of a recording.
  package typealias Judge =
    @Sendable (_ recording: String, _ commands: ProgramCommands, _ seed: Seed, _ tiers: [Tier])
    throws -> Judgement

  private let libraryPath: String
  private let describe: @Sendable (RecordedFileSummary) throws -> String
  private let judge: Judge

  /// - Parameters:
  ///   - libraryPath: the library that programs are started with.
  ///   - describe: the text of a recording's `manifest.json`.
  package init(
    libraryPath: String, describe: @escaping @Sendable (RecordedFileSummary) throws -> String,
    judge: @escaping Judge
  ) {
    self.libraryPath = libraryPath
    self.describe = describe
    self.judge = judge
  }

  package func carryOut(
    _ configuration: RunConfiguration, seed: Seed, tiers: [Tier]
  ) -> FilesRun {
    guard let commands = configuration.commands else {
      return FilesRun(stall: configuration.mismatch)
    }
    do {
      let run = try CommandsRun(
        configuration, commands, seed: seed, libraryPath: libraryPath, describe: describe)
      let judgement = try judge(run.recording, commands, seed, tiers)
      let isKept = !judgement.violations.isEmpty
      var judged = FilesRun(judgement, recordedFiles: isKept ? try run.recordedFiles() : [])
      judged.steps = run.steps
      return judged
    } catch let failure as ProgramFailure {
      return FilesRun(stall: .program(failure.reason))
    } catch {
      return FilesRun(stall: .program("the program could not be recorded and judged: \(error)"))
    }
  }
}

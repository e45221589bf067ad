import Checking
import Scheduling

/// A run of a program that keeps several files, with what is to be said of it: what every joint crash state of
/// the files holds is asked of the program itself. A database's transactions make such runs, and commands.
package struct FilesRun: Sendable {
  package var judgement: Judgement
  /// Why there is nothing to judge; `nil` where there is.
  package var stall: RunStall?
  /// What is kept of the run in a finding's folder: a joint recording, as `powercut record` writes it. Names
  /// hold the recordings' folders.
  package var recordedFiles: [RecordedRunFile]
  /// What happened one after the other, where that was the seed's to choose.
  package var steps = RunRecord.Steps()

  /// A run that was made and judged.
  package init(_ judgement: Judgement, recordedFiles: [RecordedRunFile]) {
    self.judgement = judgement
    stall = judgement.unjudgedReason.map { .unjudged($0) }
    self.recordedFiles = recordedFiles
  }

  /// A run that could not be made, or not be judged.
  package init(stall: RunStall) {
    judgement = Judgement()
    self.stall = stall
    recordedFiles = []
  }
}

extension RunConfiguration {
  /// The same with the choices that a run has made in the place of what led it, so that they are made again.
  package func making(choicesOf steps: RunRecord.Steps) -> RunConfiguration {
    guard hasChoices else { return self }
    var other = self
    other.schedule = .choices(steps.schedule, madeBy: schedule.strategy)
    return other
  }
}

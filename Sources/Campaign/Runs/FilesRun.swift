import Checking

/// A run of a program that keeps several files, with what is to be said of it: what every joint crash state of
/// the files holds is asked of the program itself. A database's transactions make such runs.
package struct FilesRun: Sendable {
  package var judgement: Judgement
  /// Why there is nothing to judge; `nil` where there is.
  package var stall: RunStall?
  /// What is kept of the run in a finding's folder: a joint recording, as `powercut record` writes it. Names
  /// hold the recordings' folders.
  package var recordedFiles: [RecordedRunFile]

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

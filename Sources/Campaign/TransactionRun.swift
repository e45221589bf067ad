import Checking

/// A run of a program that keeps a database in several files, with what is to be said of it: its client types
/// transactions, and what every joint crash state of its files holds is asked of the program itself.
package struct TransactionRun: Sendable {
  package var judgement: Judgement
  /// Why there is nothing to judge; `nil` where there is.
  package var stall: RunStall?
  /// What is kept of the run in a finding's folder: a joint recording, as `powercut record` writes it. Names
  /// hold the recordings' folders.
  package var recordedFiles: [RecordedRunFile]

  /// A run that was made and judged.
  package init(_ judgement: Judgement, recordedFiles: [RecordedRunFile]) {
    self.judgement = judgement
    self.recordedFiles = recordedFiles
  }

  /// A run that could not be made, or not be judged.
  package init(stall: RunStall) {
    judgement = Judgement()
    self.stall = stall
    recordedFiles = []
  }
}

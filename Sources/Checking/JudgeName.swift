/// The judges, by the names that reports and the folders of findings give them. A name stays, whatever
/// becomes of the code: folders of earlier findings are recognized by it.
package enum JudgeName: String, CaseIterable, Sendable {
  // The write log.
  case appendJudge = "AppendJudge"
  case chainTraceJudge = "ChainTraceJudge"
  case countingJudge = "CountingJudge"
  case durabilityJudge = "DurabilityJudge"
  case logReading = "LogReading"
  case logShapeJudge = "LogShapeJudge"
  case operationEntryJudge = "OperationEntryJudge"
  case payloadJudge = "PayloadJudge"
  case possibleStatesJudge = "PossibleStatesJudge"
  case replayJudge = "ReplayJudge"
  case sessionOpeningJudge = "SessionOpeningJudge"
  case superblockJudge = "SuperblockJudge"

  // What the client was promised.
  case opaqueStateJudge = "OpaqueStateJudge"
  case promiseJudge = "PromiseJudge"
  case promises = "PromiseFinding"
  case reads = "ReadFinding"
  case sqliteJudge = "SQLiteJudge"

  // One image.
  case imageOpening = "ImageFindings"
  case imageStructures = "ImageViolations"

  // The order in which an image is written.
  case headerUpdateRules = "HeaderUpdateRules"
  case homeWriteRules = "HomeWriteRules"
  case logNameRules = "LogNameRules"
  case sessionRules = "SessionRules"
  case writtenEntryRules = "WrittenEntryRules"

  // The crash states of an image, and what becomes of them.
  case continuationJudge = "ContinuationJudge"
  case imageStateJudge = "ImageStateJudge"
  case outcomeJudge = "OutcomeJudge"
  case recrashJudge = "RecrashJudge"
  case recrashRecovery = "RecrashRecovery"
  case stateRecovery = "StateRecovery"

  // A recovery.
  case answerJudge = "AnswerJudge"
  case headerChangeJudge = "HeaderChangeJudge"
  case recoveryComparison = "RecoveryComparison"
  case recoveryJudge = "RecoveryJudge"
  case recoveryOrderJudge = "RecoveryOrderJudge"
  case repetitionJudge = "RepetitionJudge"
  case writerOpeningJudge = "WriterOpeningJudge"

  // Other programs.
  case commandJudge = "CommandJudge"
  case recoveryAgreement = "RecoveryAgreement"
}

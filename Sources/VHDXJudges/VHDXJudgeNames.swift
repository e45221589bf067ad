import Checking

/// The judges of this format, by the names that reports give them.
extension JudgeName {
  package static let answerJudge = JudgeName(rawValue: "AnswerJudge")
  package static let continuationJudge = JudgeName(rawValue: "ContinuationJudge")
  package static let headerChangeJudge = JudgeName(rawValue: "HeaderChangeJudge")
  package static let headerUpdateRules = JudgeName(rawValue: "HeaderUpdateRules")
  package static let homeWriteRules = JudgeName(rawValue: "HomeWriteRules")
  package static let logNameRules = JudgeName(rawValue: "LogNameRules")
  package static let outcomeJudge = JudgeName(rawValue: "OutcomeJudge")
  package static let recoveryAgreement = JudgeName(rawValue: "RecoveryAgreement")
  package static let recoveryComparison = JudgeName(rawValue: "RecoveryComparison")
  package static let recoveryJudge = JudgeName(rawValue: "RecoveryJudge")
  package static let recoveryOrderJudge = JudgeName(rawValue: "RecoveryOrderJudge")
  package static let recrashJudge = JudgeName(rawValue: "RecrashJudge")
  package static let recrashRecovery = JudgeName(rawValue: "RecrashRecovery")
  package static let repetitionJudge = JudgeName(rawValue: "RepetitionJudge")
  package static let sessionRules = JudgeName(rawValue: "SessionRules")
  package static let writerOpeningJudge = JudgeName(rawValue: "WriterOpeningJudge")
  package static let writtenEntryRules = JudgeName(rawValue: "WrittenEntryRules")
}

/// The judges, by the names that reports and the folders of findings give them. A name stays, whatever
/// becomes of the code: folders of earlier findings are recognized by it.
package struct JudgeName: RawRepresentable, Hashable, Sendable {
  package let rawValue: String

  package init(rawValue: String) {
    self.rawValue = rawValue
  }

  private init(_ rawValue: String) {
    self.init(rawValue: rawValue)
  }

  // The write log.
  package static let appendJudge = JudgeName("AppendJudge")
  package static let chainTraceJudge = JudgeName("ChainTraceJudge")
  package static let countingJudge = JudgeName("CountingJudge")
  package static let durabilityJudge = JudgeName("DurabilityJudge")
  package static let logReading = JudgeName("LogReading")
  package static let logShapeJudge = JudgeName("LogShapeJudge")
  package static let operationEntryJudge = JudgeName("OperationEntryJudge")
  package static let payloadJudge = JudgeName("PayloadJudge")
  package static let possibleStatesJudge = JudgeName("PossibleStatesJudge")
  package static let replayJudge = JudgeName("ReplayJudge")
  package static let sessionOpeningJudge = JudgeName("SessionOpeningJudge")
  package static let superblockJudge = JudgeName("SuperblockJudge")

  // What the client was promised.
  package static let opaqueStateJudge = JudgeName("OpaqueStateJudge")
  package static let promiseJudge = JudgeName("PromiseJudge")
  package static let promises = JudgeName("PromiseFinding")
  package static let reads = JudgeName("ReadFinding")
  package static let sqliteJudge = JudgeName("SQLiteJudge")

  // One image.
  package static let imageOpening = JudgeName("ImageFindings")
  package static let imageStructures = JudgeName("ImageViolations")

  // The crash states of an image.
  package static let imageStateJudge = JudgeName("ImageStateJudge")
  package static let stateRecovery = JudgeName("StateRecovery")

  // Other programs.
  package static let commandJudge = JudgeName("CommandJudge")
}

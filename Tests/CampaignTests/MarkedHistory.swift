import Bytes
import Campaign
import Workload
import WriteLog

/// The history that the marks of a run's log tell.
enum MarkedHistory {
  static func records(of run: SimulatedRun) throws -> [ClientHistory.Record]? {
    let index = try WriteLogIndex(reading: ByteRegion(run.logBytes))
    return try ClientHistory(marksOf: index)?.records
  }
}

import CrashStates
import Workload

/// A recording, with what several judges need to know of it.
package struct JudgedRecording {
  let options: Judge.Options
  /// As it was handed over.
  let given: Evidence
  /// Without what nothing in the recording can be held against.
  package let evidence: Evidence
  /// What was written to the log, where a simulation saw it.
  let headers: [WrittenHeader]?
  let superblocks: [WrittenSuperblock]
  /// Entries of the log that share bytes.
  let overlaps: [Violation]
  let origins: EntryOrigins

  init(_ given: Evidence, _ options: Judge.Options) {
    self.options = options
    self.given = given
    let evidence = given.withReadablePromises.withComparableDevice
    self.evidence = evidence
    let headers = evidence.traces.map {
      WrittenHeader.all(in: $0.log, sectorByteCount: evidence.index.sectorByteCount)
    }
    self.headers = headers
    superblocks = evidence.traces.map { WrittenSuperblock.all(in: $0.log) } ?? []
    overlaps = headers.map { ChainTraceJudge(headers: $0).judge() } ?? []
    origins = EntryOrigins(index: evidence.index, headers: headers)
  }

  /// Whether an operation of the client is an entry of the log. Below an image format it is many entries
  /// or none, so the rules that pair them are those of a raw disk.
  var isRaw: Bool { evidence.format.isRaw && !evidence.isOpaque }

  /// The client whose operations the log is to hold; `nil` below an image.
  var loggedClient: ClientHistory? { evidence.format.isRaw ? evidence.client : nil }

  /// Why rules about counts of the log's superblock cannot be judged.
  var whatCountsLack: String {
    evidence.format.isRaw
      ? "only a simulated run sees when the superblock was written"
      : "below an image the client waits for other operations than those of the log"
  }
}

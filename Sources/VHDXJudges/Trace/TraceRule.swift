import Checking
import VHDX

/// One family of rules over a trace. It is told of every event in the order of the write log, after
/// the model has taken note of what came before and, for entries, of the entry itself.
protocol TraceRule {
  mutating func see(
    _ event: TraceEvent, at stamp: TraceStamp, in model: TraceModel, _ found: inout ViolationList)
}

extension TraceModel {
  /// A line of evidence: what an entry of the write log did.
  func line(_ entryIndex: Int, _ saying: String) -> String {
    guard entryIndex >= 0, entryIndex < index.entryCount else {
      return "before entry 0: \(saying)"
    }
    let entry = index.entryWithoutExtension(at: entryIndex)
    switch entry.kind {
    case .write: return "entry \(entryIndex), a write of \(entry.deviceRange): \(saying)"
    case .discard: return "entry \(entryIndex), a discard of \(entry.deviceRange): \(saying)"
    case .flush: return "entry \(entryIndex), a FLUSH: \(saying)"
    case .mark: return "entry \(entryIndex), a mark: \(saying)"
    }
  }

  /// The line that says why something can still be lost.
  var lastFlushLine: String {
    lastFlush < 0
      ? "no FLUSH stands before it" : "entry \(lastFlush): the last FLUSH before it"
  }
}

extension TraceStamp {
  /// The entry of the write log, where it is one.
  var entries: [Int] { entryIndex < 0 ? [] : [entryIndex] }
}

extension FoundLogEntry {
  /// How a report names it.
  var name: String { "log entry \(header.sequenceNumber) at ring byte \(ringByteOffset)" }
}

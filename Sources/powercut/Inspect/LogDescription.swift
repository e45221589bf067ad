import Bytes
import ToolSupport
import WriteLog

/// The facts of a log, a line each.
struct LogDescription {
  private let index: WriteLogIndex
  private let path: String
  private let summary: LogSummary

  init(_ index: WriteLogIndex, path: String) {
    self.index = index
    self.path = path
    summary = LogSummary(of: index)
  }

  var text: String {
    var lines = ["\(path): dm-log-writes log, \(summary.fileByteCount) bytes"]
    lines.append("  sector     \(summary.sectorByteCount) bytes")
    lines.append(
      "  count      \(summary.countedEntryCount.map { "\($0)" } ?? "never written") in the superblock"
    )
    lines.append("  entries    \(summary.entryCount), up to byte \(summary.endByteOffset)")
    lines.append("  writes     \(amount(summary.writes)), \(summary.fuaCount) with FUA")
    lines.append("  discards   \(amount(summary.discards))")
    lines.append("  flushes    \(summary.flushes.entryCount), \(epochs)")
    lines.append("  marks      \(summary.marks.entryCount), \(summary.clientMarkCount) of Powercut")
    lines.append("  device     written up to byte \(summary.deviceEndByteOffset)\(markedLength)")
    lines.append("  extension  \(`extension`)")
    lines += index.shapeNotes.map { "  note       \($0)" }
    return lines.joined(separator: "\n") + "\n"
  }

  private func amount(_ total: LogSummary.Total) -> String {
    "\(total.entryCount), \(total.byteCount) bytes"
  }

  private var epochs: String {
    """
    \(summary.epochCount) epochs, the longest with \(summary.longestEpochEntryCount) entries, \
    \(summary.unflushedEntryCount) entries behind the last flush
    """
  }

  private var markedLength: String {
    summary.markedDeviceByteCount.map { ", \($0) bytes long by its marks" } ?? ""
  }

  private var `extension`: String {
    if summary.extensionCount == 0 {
      return "none: order in flight and payload digests are not known"
    }
    return "in \(summary.extensionCount) of \(summary.entryCount) entries"
  }
}

/// One entry in one line.
struct EntryLine {
  private let entry: LogEntry
  private let index: WriteLogIndex

  init(_ entry: LogEntry, of index: WriteLogIndex) {
    self.entry = entry
    self.index = index
  }

  var text: String {
    var words = ["entry \(entry.index)", "byte \(entry.headerByteOffset)", "\(entry.kind)"]
    switch entry.kind {
    case .write, .discard: words.append("\(entry.deviceRange)")
    case .mark: words.append("'\(index.text(of: entry).escapedForTerminal)'")
    case .flush: break
    }
    if entry.flags.contains(.fua) { words.append("fua") }
    if let found = entry.extension {
      if let operation = found.clientOperation { words.append("operation #\(operation)") }
      words.append("in flight \(found.submissionIndex)..\(found.completionIndex)")
    }
    return words.joined(separator: "  ")
  }
}

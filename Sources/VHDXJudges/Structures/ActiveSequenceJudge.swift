import Bytes
import Checking
import VHDX

/// S05, S02 and R03: whether the log of an image can be replayed.
///
/// Source: [MS-VHDX] 2.3.3.
package struct ActiveSequenceJudge {
  package init() {}

  /// A log whose place or version is impossible is H06's and H07's; nothing is said of it here.
  package func judge(_ file: any ImageFile, current: CurrentHeader) -> [Violation] {
    guard let range = current.logToReplay(fileByteCount: file.byteCount) else { return [] }
    let report = LogSearch.run(LogRing(file, range: range), logGUID: current.header.logGUID)
    var list = ImageViolations()
    guard let active = report.active else {
      addMissing(report, current, &list)
      for run in report.runs { addIncomplete(run, range.byteOffset, &list) }
      return list.violations
    }
    let head = active.head
    if head.header.flushedByteCount > file.byteCount {
      list.add(
        .r03,
        """
        the file has \(file.byteCount) bytes, and the newest log entry, at byte \
        \(range.byteOffset + head.ringByteOffset), promises \(head.header.flushedByteCount)
        """,
        ["sequence number \(head.header.sequenceNumber)"])
    }
    return list.violations
  }

  private func addMissing(
    _ report: LogSearchReport, _ current: CurrentHeader, _ list: inout ImageViolations
  ) {
    list.add(
      .s05,
      """
      LogGuid is set at byte \(current.slot.byteOffset + 48), and the log has no active sequence
      """,
      [
        "LogGuid \(current.header.logGUID)",
        "\(report.runs.count + report.unlistedRunCount) incomplete runs of entries",
      ])
  }

  private func addIncomplete(
    _ run: LogRun, _ logByteOffset: UInt64, _ list: inout ImageViolations
  ) {
    guard case .incomplete(let tail) = run.standing else { return }
    let head = run.head
    list.add(
      .s02,
      """
      the Tail of the log entry at byte \(logByteOffset + head.ringByteOffset) is \(tail), where no \
      entry of its run starts
      """,
      [
        "run of \(run.entries.count) entries from byte "
          + "\(logByteOffset + run.entries[0].ringByteOffset)",
        "sequence number \(head.header.sequenceNumber)",
      ])
  }
}

extension CurrentHeader {
  /// The log where there is something in it and it can be read.
  func logToReplay(fileByteCount: UInt64) -> ByteRange? {
    guard !header.logGUID.isZero, header.logByteCount > 0 else { return nil }
    var isReadable = true
    header.forEachDefect(at: slot.byteOffset, fileByteCount: fileByteCount) { _ in
      isReadable = false
    }
    return isReadable ? header.logRange : nil
  }
}

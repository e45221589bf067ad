import Bytes
import LogOracle
import VHDX

/// What a person needs to see of an image and its recovery, line by line.
struct RecoveryDescription {
  let comparison: RecoveryComparison
  private var expected: ExpectedRecovery { comparison.expected }
  private var seen: RecoveryObservation { comparison.seen }

  private static let maximumRunCount = 8

  var lines: [String] {
    var lines = ["before: \(expected.before.byteCount) bytes"]
    if let header = expected.header {
      lines[0] +=
        ", LogGuid \(GUID(header.logGUID))"
        + (header.logRange.map { ", log at \($0)" } ?? "")
    }
    let runs = expected.replay.runs
    lines += runs.indices.prefix(Self.maximumRunCount).map(line)
    if runs.count > Self.maximumRunCount {
      lines.append("and \(runs.count - Self.maximumRunCount) more runs")
    }
    lines += invalidEntries
    lines.append("the specification: \(wanted)")
    lines.append("seen: \(found), \(seen.after.byteCount) bytes")
    return lines + firstDifference
  }

  private func line(ofRun index: Int) -> String {
    let run = expected.replay.runs[index]
    var standing: String
    if index == expected.replay.active {
      standing = "active"
    } else if run.tailIndex == nil {
      standing = "incomplete, since no entry of it starts there"
    } else {
      standing = "complete, but the run up to \(expected.active?.head.sequenceNumber ?? 0) counts"
    }
    if let ending = ending(of: run) { standing += "; ended by \(ending)" }
    return "log sector \(run.entries[0].sectorIndex): entries \(run.entries[0].sequenceNumber) to "
      + "\(run.head.sequenceNumber), Tail at sector \(run.head.tail / OracleLog.sectorByteCount): "
      + standing
  }

  /// What stands after a run; `nil` where that is nothing.
  private func ending(of run: OracleLog.Run) -> String? {
    guard let log = expected.replay.log, run.byteCount < log.range.byteCount,
      let next = log.entry(at: (run.entries[0].place + run.byteCount) % log.range.byteCount)
    else { return nil }
    if let defect = next.defect { return "\(defect)" }
    return "number \(next.sequenceNumber) after \(run.head.sequenceNumber)"
  }

  private var invalidEntries: [String] {
    expected.survey.map(\.header).compactMap { entry in
      entry.defect.map { defect in
        "log sector \(entry.sectorIndex): entry \(entry.sequenceNumber), invalid: \(defect)"
      }
    }.prefix(Self.maximumRunCount).map { $0 }
  }

  private var wanted: String {
    switch expected.replay.verdict {
    case .notNeeded: "opens, nothing to replay"
    case .replayed(let entries):
      "replays entries \(entries[0].sequenceNumber) to \(entries[entries.count - 1].sequenceNumber), "
        + "\(expected.file.byteCount) bytes"
    case .refused(let refusal): "refuses: \(refusal)"
    case .beyondLimits(let what): "more than is replayed here: \(what)"
    }
  }

  private var found: String {
    let access = seen.isReadOnly ? "read-only " : ""
    switch seen.answer {
    case .opened: return "\(access)opened"
    case .refused(let text): return "\(access)refused: \(text)"
    case .neverEnded: return "\(access)never ended"
    case .crashed(let text): return "\(access)ended by \(text)"
    }
  }

  private var firstDifference: [String] {
    guard let sector = comparison.sectors.first else { return [] }
    let reference = comparison.reference
    let wanted = reference.sector(at: sector)
    let found = seen.after.sector(at: sector)
    guard let index = wanted.indices.first(where: { wanted[$0] != found[$0] }) else { return [] }
    let part = index..<min(index + 16, wanted.count)
    return [
      "first difference at byte \(sector + UInt64(index)): expected \(Self.hex(wanted[part])), found "
        + Self.hex(found[part])
    ]
  }

  private static func hex(_ bytes: ArraySlice<UInt8>) -> String {
    bytes.map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined(separator: " ")
  }
}

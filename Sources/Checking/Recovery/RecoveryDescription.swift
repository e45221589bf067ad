import Bytes
import VHDX

/// What a person needs to see of an image and its recovery, line by line.
struct RecoveryDescription {
  let comparison: RecoveryComparison
  private var expected: ExpectedRecovery { comparison.expected }
  private var seen: RecoveryObservation { comparison.seen }

  private static let maximumRunCount = 8

  var lines: [String] {
    var lines = ["before: \(expected.before.byteCount) bytes"]
    if let current = expected.current {
      lines[0] +=
        ", LogGuid \(current.header.logGUID)"
        + (current.header.logRange.map { ", log at \($0)" } ?? "")
    }
    lines += expected.runs.prefix(Self.maximumRunCount).map(line)
    if expected.runs.count > Self.maximumRunCount {
      lines.append("and \(expected.runs.count - Self.maximumRunCount) more runs")
    }
    lines += invalidEntries
    lines.append("the specification: \(wanted)")
    lines.append("seen: \(found), \(seen.after.byteCount) bytes")
    return lines + firstDifference
  }

  private func line(_ run: LogRun) -> String {
    let first = run.entries[0]
    let tail = UInt64(run.head.header.tailByteOffset) / UInt64(LogRing.sectorByteCount)
    var standing: String
    switch run.standing {
    case .active: standing = "active"
    case .incomplete: standing = "incomplete, since no entry of it starts there"
    case .superseded(let number): standing = "complete, but the run up to \(number) counts"
    }
    switch run.ending {
    case .defect(let defect): standing += "; ended by \(defect)"
    case .sequenceNumber(let expected, let found):
      standing += "; ended by number \(found) instead of \(expected)"
    case .wholeRing: break
    }
    return "log sector \(first.sectorIndex): entries \(first.header.sequenceNumber) to "
      + "\(run.head.header.sequenceNumber), Tail at sector \(tail): \(standing)"
  }

  private var invalidEntries: [String] {
    (expected.survey?.entries ?? []).compactMap { entry in
      entry.defect.map { defect in
        "log sector \(entry.found.sectorIndex): entry \(entry.found.header.sequenceNumber), invalid: "
          + "\(defect)"
      }
    }.prefix(Self.maximumRunCount).map { $0 }
  }

  private var wanted: String {
    switch expected.outcome {
    case .notNeeded: "opens, nothing to replay"
    case .recovered(let summary):
      "replays entries \(summary.tailSequenceNumber) to \(summary.headSequenceNumber), "
        + "\(summary.fileByteCount) bytes"
    case .refused(let refusal): "refuses: \(refusal)"
    case .openedWithoutReplay, .neverEnds: "\(expected.outcome)"
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

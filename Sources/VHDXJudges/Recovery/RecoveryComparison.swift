import Bytes
import Checking
import LogOracle
import VHDX

/// The file that a recovery left beside the one that it must leave.
struct RecoveryComparison {
  let expected: ExpectedRecovery
  let seen: RecoveryObservation
  /// What the file must hold: what it held before, where the image must be refused or was.
  let reference: any ImageFile
  let sectors: [UInt64]
  let used: UsedEntries

  init(_ expected: ExpectedRecovery, _ seen: RecoveryObservation) {
    self.expected = expected
    self.seen = seen
    let isRecovered =
      seen.answer == .opened && expected.opens == true && !seen.isReadOnly
    reference = isRecovered ? expected.file : expected.before
    sectors = SectorDifference(seen.after, reference).sectors
    used = UsedEntries(expected, seen, reference: reference, sectors: sectors)
  }

  /// Whether a recovery that did not end well had begun to replay.
  var isHalfWay: Bool { !sectors.isEmpty }

  func judgeContents() -> [Violation] {
    var violations = used.causes.map(violation)
    violations += judgeLength()
    if seen.answer == .opened {
      if expected.isNotNeeded {
        if let place = sectors.first {
          violations.append(
            Violation(
              by: .recoveryComparison, .r01,
              "LogGuid is zero, and replay changed byte \(place) of the file"))
        }
        return violations
      }
      if expected.opens == true { violations += judgeSectors() }
    }
    return violations
  }

  private func violation(_ cause: UsedEntries.Cause) -> Violation {
    let header = cause.entry.header
    return Violation(
      by: .recoveryComparison, cause.rule,
      "entry \(header.sequenceNumber) at sector \(header.sectorIndex) of the log was used for "
        + "byte \(cause.sectorByteOffset) of the file: \(cause.why)")
  }

  /// R04, R05, R07 where no wrong entry explains what is different.
  private func judgeSectors() -> [Violation] {
    var violations: [Violation] = []
    if let place = used.withoutDescriptorBytes.first {
      violations.append(
        Violation(
          by: .recoveryComparison, .r07,
          "the first 8 or last 4 bytes of the sector at byte \(place) are not the descriptor's"))
    }
    if !used.causes.isEmpty { return violations }
    if let place = used.outOfOrder.first {
      violations.append(
        Violation(
          by: .recoveryComparison, .r04,
          "the sector at byte \(place) holds what an earlier entry puts there"))
    }
    if let place = used.unknown.first {
      violations.append(
        Violation(
          by: .recoveryComparison, .r04,
          "the sector at byte \(place) holds what no entry of the log puts there"))
    }
    if let place = used.missing.first { violations.append(missing(at: place)) }
    return violations
  }

  private func missing(at place: UInt64) -> Violation {
    if let reason = expected.hidingReason {
      return Violation(
        by: .recoveryComparison, .s04, "the active sequence was not replayed: \(reason)")
    }
    if place >= expected.before.byteCount {
      return Violation(
        by: .recoveryComparison, .r05,
        "the change at byte \(place), behind the end of the file, was not made")
    }
    return Violation(by: .recoveryComparison, .r04, "the change at byte \(place) was not made")
  }

  private func judgeLength() -> [Violation] {
    let found = seen.after.byteCount
    if found < expected.before.byteCount {
      return [
        Violation(
          by: .recoveryComparison, .r06,
          "the file had \(expected.before.byteCount) bytes before and has \(found) bytes after")
      ]
    }
    guard seen.answer == .opened, expected.opens == true, found != expected.file.byteCount else {
      return []
    }
    let wanted = expected.file.byteCount
    var violations = [
      Violation(
        by: .recoveryComparison, .r06, "the file has \(found) bytes after replay, not \(wanted)")
    ]
    let end = ByteRange(byteOffset: found, byteCount: .max - found)
    let isCut = expected.survey.contains { expected.isReplayed($0) && $0.touches(end) }
    if isCut {
      violations.append(
        Violation(
          by: .recoveryComparison, .r05,
          "a change behind byte \(found), where the file now ends, is lost"))
    }
    return violations
  }
}

extension ExpectedRecovery {
  /// Why a search that skips places does not find the active sequence; `nil` where it finds it.
  var hidingReason: String? {
    guard let first = active?.entries.first, let ringByteCount = logRange?.byteCount else {
      return nil
    }
    for (index, run) in replay.runs.enumerated() where index != replay.active {
      if (run.entries[0].place + run.byteCount) % ringByteCount == first.place {
        return "it begins at sector \(first.sectorIndex), where the run from sector "
          + "\(run.entries[0].sectorIndex) ends"
      }
    }
    for entry in survey.map(\.header) where !entry.isValid {
      let distance = (ringByteCount - entry.place + first.place) % ringByteCount
      if distance > 0, distance < entry.byteCount {
        return
          "it begins at sector \(first.sectorIndex), inside of what the invalid entry at sector "
          + "\(entry.sectorIndex) claims"
      }
    }
    return nil
  }
}

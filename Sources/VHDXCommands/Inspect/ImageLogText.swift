import VHDX

/// Runs of log entries and headers in words.
extension LogRun {
  /// `entries 3 to 5 at byte 8192 of the log, 24576 bytes, tail at 8192`
  var text: String {
    let first = entries[0]
    let numbers =
      entries.count == 1
      ? "entry \(first.header.sequenceNumber)"
      : "entries \(first.header.sequenceNumber) to \(head.header.sequenceNumber)"
    return
      "\(numbers) at byte \(first.ringByteOffset) of the log, \(byteCount) bytes, "
      + "tail at \(head.header.tailByteOffset)"
  }

  /// `active: the only complete run`, and so on.
  func standingText(among runs: [LogRun]) -> String {
    switch standing {
    case .active:
      let others = runs.filter { if case .superseded = $0.standing { true } else { false } }
      return others.isEmpty
        ? "active: the only complete run"
        : "active: complete, and its last number is the largest of \(others.count + 1)"
    case .incomplete(let tailByteOffset):
      return "incomplete: no entry of it starts at its tail, byte \(tailByteOffset) of the log"
    case .superseded(let number):
      return "superseded: another complete run ends with number \(number)"
    }
  }

  /// Why no further entry follows.
  var endingText: String {
    switch ending {
    case .defect(let defect): "\(defect)"
    case .sequenceNumber(let expected, let found):
      "S01 the next entry has number \(found), not \(expected)"
    case .wholeRing: "it fills the log"
    }
  }
}

extension LogSearchReport {
  /// A line where there are more runs than are listed.
  var unlistedLines: [String] {
    unlistedRunCount == 0 ? [] : ["  run        and \(unlistedRunCount) more that are not listed"]
  }
}

extension HeaderSlot {
  var name: String { self == .first ? "first" : "second" }
}

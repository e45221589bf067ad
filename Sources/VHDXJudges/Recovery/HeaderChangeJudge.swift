import Bytes
import Checking
import LogOracle
import VHDX

/// H10 to H13, H15 and H18, and the rules of a header that nothing can be opened by: what recovery does to the
/// headers.
struct HeaderChangeJudge {
  let expected: ExpectedRecovery

  func judge(_ seen: RecoveryObservation) -> [Violation] {
    guard let before = expected.header else { return [] }
    let after: OracleHeader
    do throws(OracleRefusal) {
      after = try OracleHeader.current(of: OracleImage(seen.after))
    } catch {
      return [
        Violation(
          by: .headerChangeJudge, error.rule, "recovery leaves no header to go by: \(error)")
      ]
    }
    var violations: [Violation] = []
    if after.dataWriteGUID != before.dataWriteGUID {
      violations.append(
        Violation(
          by: .headerChangeJudge, .h15, "replay changed DataWriteGuid",
          evidence: [
            "DataWriteGuid: \(GUID(before.dataWriteGUID)) before, "
              + "\(GUID(after.dataWriteGUID)) after"
          ]))
    }
    if let place = changeBeforeFileWriteGUID(seen, before: before, after: after) {
      violations.append(
        Violation(by: .headerChangeJudge, .h13, "\(place) was changed before FileWriteGuid was"))
    }
    return violations + judgeUpdates(seen.changes ?? []) + judgeOtherSlot(seen, current: after)
  }

  /// After a replay the log is empty, and the loss of one header must lose nothing.
  private func judgeOtherSlot(
    _ seen: RecoveryObservation, current: OracleHeader
  ) -> [Violation] {
    guard seen.answer == .opened, expected.opens == true, !expected.isNotNeeded else { return [] }
    // The fields between the sequence number and the reserved bytes.
    let fields = HeaderSlot.allCases.map {
      seen.after.read(ByteRange(byteOffset: $0.byteOffset + 16, byteCount: 64))
    }
    if fields[0] == fields[1] { return [] }
    return [
      Violation(
        by: .headerChangeJudge, .h18,
        "replay left two headers that differ in more than their number; the current one is at byte "
          + "\(current.byteOffset)")
    ]
  }

  private func changeBeforeFileWriteGUID(
    _ seen: RecoveryObservation, before: OracleHeader, after: OracleHeader
  ) -> String? {
    guard let changes = seen.changes else {
      guard after.fileWriteGUID == before.fileWriteGUID else { return nil }
      return SectorDifference(expected.before, seen.after).sectors.first.map { "byte \($0)" }
    }
    for change in changes {
      if let guid = change.headerGUID(at: 16), guid != GUID(before.fileWriteGUID) { return nil }
      if !change.isHeader, let range = change.range { return "byte \(range.byteOffset)" }
    }
    return nil
  }

  /// Each header goes to the slot that is not current, with the next number, and is stable before anything
  /// else is written.
  private func judgeUpdates(_ changes: [ImageChange]) -> [Violation] {
    guard let header = expected.header else { return [] }
    var list = ViolationList()
    var (place, number) = (header.byteOffset, header.sequenceNumber)
    var unstable: UInt64?
    for change in changes {
      if change == .flush { unstable = nil }
      guard let range = change.range else { continue }
      if change.isHeader, let first = unstable, first != range.byteOffset {
        list.add([
          Violation(
            by: .headerChangeJudge, .h12, "both headers were written without a flush in between")
        ])
      } else if let first = unstable {
        list.add([
          Violation(
            by: .headerChangeJudge, .h11,
            "byte \(range.byteOffset) was written before the header at \(first) was stable")
        ])
      }
      guard change.isHeader, case .write(_, let bytes) = change, bytes.count >= 16 else { continue }
      let next = ByteRegion(bytes).load(at: 8, as: UInt64.self)
      if range.byteOffset == place {
        list.add([
          Violation(
            by: .headerChangeJudge, .h10, "the current header, at byte \(place), was overwritten")
        ])
      }
      if next != number &+ 1 {
        list.add([
          Violation(
            by: .headerChangeJudge, .h11, "header number \(next) was written after \(number)")
        ])
      }
      (place, number, unstable) = (range.byteOffset, next, range.byteOffset)
    }
    return list.sorted
  }
}

extension GUID {
  /// - Precondition: 16 bytes.
  init(_ bytes: [UInt8]) { self.init(loading: ByteRegion(bytes), at: 0) }
}

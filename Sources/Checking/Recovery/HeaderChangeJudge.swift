import Bytes
import VHDX

/// H13 and H15: which of a header's GUIDs recovery changes.
struct HeaderChangeJudge {
  let expected: ExpectedRecovery

  func judge(_ seen: RecoveryObservation) -> [Violation] {
    guard let before = expected.current?.header,
      let after = try? HeaderPair(reading: seen.after).current(
        .qemu, fileByteCount: seen.after.byteCount
      ).header
    else { return [] }
    var violations: [Violation] = []
    if after.dataWriteGUID != before.dataWriteGUID {
      violations.append(
        Violation(
          .h15, "replay changed DataWriteGuid",
          evidence: ["DataWriteGuid: \(before.dataWriteGUID) before, \(after.dataWriteGUID) after"])
      )
    }
    if let place = changeBeforeFileWriteGUID(seen, before: before, after: after) {
      violations.append(
        Violation(.h13, "\(place) was changed before FileWriteGuid was"))
    }
    return violations
  }

  private func changeBeforeFileWriteGUID(
    _ seen: RecoveryObservation, before: VHDXHeader, after: VHDXHeader
  ) -> String? {
    guard let changes = seen.changes else {
      guard after.fileWriteGUID == before.fileWriteGUID else { return nil }
      return SectorDifference(expected.before, seen.after).sectors.first.map { "byte \($0)" }
    }
    for change in changes {
      if let guid = change.headerGUID(at: 16), guid != before.fileWriteGUID { return nil }
      if !change.isHeader, let range = change.range { return "byte \(range.byteOffset)" }
    }
    return nil
  }
}

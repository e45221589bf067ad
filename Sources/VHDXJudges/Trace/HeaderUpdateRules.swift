import Checking
import VHDX

/// How headers are overwritten.
///
/// H10: only the slot that is not current. H11: the number goes up by one, and what depends on a
/// header waits for the flush after it. H12: never both slots between two flushes. H18: a session that is
/// closed and emptied its log says so in both slots.
///
/// Source: [MS-VHDX] 2.2.2.1.
struct HeaderUpdateRules: TraceRule {
  private var lastWrites: [HeaderSlot: TraceStamp] = [:]
  /// The last header of the session.
  private var latest: (write: TracedHeaderWrite, stamp: TraceStamp)?
  private let client: ClientTimes

  init(client: ClientTimes) {
    self.client = client
  }

  mutating func see(
    _ event: TraceEvent, at stamp: TraceStamp, in model: TraceModel, _ found: inout ViolationList
  ) {
    if case .sessionStart = event { end(&found) }
    guard case .headerWrite(let write) = event else { return }
    judgePlace(write, stamp, model, &found)
    judgeNumber(write, stamp, &found)
    lastWrites[write.slot] = stamp
    latest = (write, stamp)
  }

  /// Judges the last session, where it was closed.
  mutating func end(_ found: inout ViolationList) {
    judgeSlots(&found)
    latest = nil
  }

  private func judgeSlots(_ found: inout ViolationList) {
    guard let (write, stamp) = latest, case .success(let header) = write.outcome,
      header.logGUID.isZero, let other = write.before, other.slot != write.slot,
      client.closes(sessionOf: stamp.entryIndex), !client.fails(inSessionOf: stamp.entryIndex)
    else { return }
    // QEMU gives each of them a DataWriteGuid of its own, which loses nothing.
    if other.header.logGUID.isZero { return }
    found.add(
      Violation(
        by: .headerUpdateRules, .h18,
        """
        the session is closed and its log empty, and the header at byte \(other.slot.byteOffset) does \
        not say so
        """,
        entries: [stamp.entryIndex]))
  }

  private func judgePlace(
    _ write: TracedHeaderWrite, _ stamp: TraceStamp, _ model: TraceModel,
    _ found: inout ViolationList
  ) {
    if write.before?.slot == write.slot {
      found.add(
        Violation(
          by: .headerUpdateRules, .h10,
          "the current header at byte \(write.slot.byteOffset) is overwritten in place",
          entries: [stamp.entryIndex],
          evidence: [
            model.line(stamp.entryIndex, "torn, it leaves no header of this number"),
            "number \(write.before?.header.sequenceNumber ?? 0) is current in that slot",
          ]))
    }
    if let other = lastWrites[write.slot.other], !model.isStable(other) {
      found.add(
        Violation(
          by: .headerUpdateRules, .h12,
          """
          the header at byte \(write.slot.byteOffset) is written while the one at byte \
          \(write.slot.other.byteOffset) is not flushed
          """,
          entries: other.entries + [stamp.entryIndex],
          evidence: [
            model.line(other.entryIndex, "the one header"),
            model.line(stamp.entryIndex, "the other; both can be torn by one power cut"),
            model.lastFlushLine,
          ]))
    }
  }

  private func judgeNumber(
    _ write: TracedHeaderWrite, _ stamp: TraceStamp, _ found: inout ViolationList
  ) {
    switch write.outcome {
    case .failure(let error):
      found.add(
        Violation(
          by: .headerUpdateRules, .h11,
          "what is written at byte \(write.slot.byteOffset) is no valid header",
          entries: [stamp.entryIndex], evidence: [error.description]))
    case .success(let header):
      guard let before = write.before?.header,
        header.sequenceNumber != before.sequenceNumber &+ 1
      else { return }
      found.add(
        Violation(
          by: .headerUpdateRules, .h11,
          """
          the header at byte \(write.slot.byteOffset) gets number \(header.sequenceNumber), not \
          \(before.sequenceNumber &+ 1)
          """,
          entries: [stamp.entryIndex],
          evidence: ["the current header has number \(before.sequenceNumber)"]))
    }
  }
}

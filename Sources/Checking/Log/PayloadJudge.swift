import Bytes
import Rules
import Workload
import WriteLog

/// L06: an entry's data is what was submitted, by its digest; the data of a write-zeroes is zeroes.
///
/// What was submitted the client says, in its begin mark. The digest that the entry carries is what its
/// writer claims, and has to fit as well.
struct PayloadJudge {
  let evidence: Evidence
  let origins: EntryOrigins

  func judge() -> [Violation] {
    let index = evidence.index
    return (0..<index.entryCount).compactMap { place in
      let entry = index[place]
      guard entry.kind == .write else { return nil }
      let record = origins[place].flatMap { evidence.client?.record(of: $0) }
      if record?.operation.action == .writeZeroes, let found = judgeZeroes(entry, record) {
        return found
      }
      return judgeDigests(entry, record)
    }
  }

  private func judgeDigests(_ entry: LogEntry, _ record: ClientHistory.Record?) -> Violation? {
    let submitted = record?.submittedDigest
    let claimed = entry.extension?.recordedPayloadDigest
    if submitted == nil && claimed == nil { return nil }
    let found = Checksum.xxh3(evidence.index.region, in: entry.payloadRange)
    if let submitted, submitted != found {
      return violation(
        entry, record, "is not what was submitted, whose XXH3 is \(submitted.hexDigits)")
    }
    guard let claimed, claimed != found else { return nil }
    return violation(
      entry, record, "is not what its header says, which gives its XXH3 as \(claimed.hexDigits)")
  }

  private func judgeZeroes(_ entry: LogEntry, _ record: ClientHistory.Record?) -> Violation? {
    let range = entry.payloadRange
    if evidence.index.region.isZero(in: range) { return nil }
    let sector = Int(entry.sectorByteCount)
    let first = stride(from: range.lowerBound, to: range.upperBound, by: sector).first {
      !evidence.index.region.isZero(in: $0..<$0 + sector)
    }
    return violation(
      entry, record,
      "is a write-zeroes and not zero at byte \(first ?? range.lowerBound) of the log")
  }

  private func violation(
    _ entry: LogEntry, _ record: ClientHistory.Record?, _ what: String
  ) -> Violation {
    Violation(
      by: .payloadJudge, .l06, "the data of entry \(entry.index) \(what)", entries: [entry.index],
      operations: record.map { [$0.operation.identifier] } ?? [],
      evidence: [
        """
        entry \(entry.index): header at byte \(entry.headerByteOffset), device range \
        \(entry.deviceRange), data at \(entry.payloadRange.lowerBound)..<\
        \(entry.payloadRange.upperBound) of the log
        """
      ] + (record.map { ["\($0.operation), task \($0.operation.task)"] } ?? []))
  }
}

extension ClientHistory.Record {
  /// XXH3-64 of what a write wrote, where the client said so.
  var submittedDigest: UInt64? {
    operation.action == .write && contentsDigest != 0 ? contentsDigest : nil
  }
}

extension RegisteredJudge {
  static let payloads = RegisteredJudge([.l06]) { recording in
    guard recording.origins.areKnown else {
      return .lacking(EntryOrigins.whatIsMissing, for: [.l06])
    }
    var evidence = recording.evidence
    if !recording.isRaw { evidence.client = nil }
    return JudgeReport(PayloadJudge(evidence: evidence, origins: recording.origins).judge())
  }
}

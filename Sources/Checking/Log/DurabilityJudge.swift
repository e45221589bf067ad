import BlockDevice
import Rules
import WriteLog

/// L09: when a FLUSH or FUA entry was handed to the log, everything that it makes durable was durable
/// on the device.
///
/// In a simulation the device itself says when an operation became stable. Of a recording only the
/// extensions are there: what is logged before a FLUSH completed before that flush was submitted.
struct DurabilityJudge {
  let evidence: Evidence
  let headers: [WrittenHeader]?

  func judge() -> [Violation] {
    if let headers, let traces = evidence.traces { return judgeTraces(headers, traces) }
    return judgeExtensions()
  }

  private func judgeTraces(_ headers: [WrittenHeader], _ traces: Traces) -> [Violation] {
    var dataOperations: [UInt64: DeviceOperation] = [:]
    for operation in traces.data where operation.isModifying && operation.error == nil {
      if let client = operation.clientOperation { dataOperations[client] = operation }
    }
    var violations: [Violation] = []
    var claimed: [(header: WrittenHeader, operation: DeviceOperation)] = []
    for header in headers {
      let own = header.operation.flatMap { dataOperations[$0] }
      if header.header.flags.contains(.flush) {
        if let loose = claimed.first(where: { !isStable($0.operation, at: header.submittedAt) }) {
          violations.append(violation(header, loose.header, loose.operation))
        }
        claimed = []
      } else if header.header.flags.contains(.fua), let own, !isStable(own, at: header.submittedAt)
      {
        violations.append(violation(header, header, own))
      } else if let own, !header.header.flags.contains(.mark) || own.action == .resize {
        claimed.append((header, own))
      }
    }
    return violations
  }

  private func isStable(_ operation: DeviceOperation, at time: UInt64) -> Bool {
    operation.stableAt.map { $0 <= time } ?? false
  }

  private func violation(
    _ claim: WrittenHeader, _ loose: WrittenHeader, _ operation: DeviceOperation
  ) -> Violation {
    Violation(
      by: .durabilityJudge, .l09,
      """
      entry \(claim.entryIndex) (\(claim.header.flags)) was logged at event \(claim.submittedAt) and \
      claims entry \(loose.entryIndex) durable, which was \
      \(operation.stableAt.map { "so from event \($0) on" } ?? "never so")
      """,
      entries: [loose.entryIndex, claim.entryIndex],
      operations: [loose.operation, claim.operation].compactMap { $0 },
      evidence: [
        claim.summary, loose.summary,
        """
        on the device: submitted at event \(operation.submittedAt), completed at event \
        \(operation.completedAt.map(String.init) ?? "never")
        """,
      ])
  }

  private func judgeExtensions() -> [Violation] {
    var violations: [Violation] = []
    var latest: (entry: Int, completedAt: UInt64)?
    for place in 0..<evidence.index.entryCount {
      let entry = evidence.index[place]
      guard let own = entry.extension else { continue }
      if entry.flags.contains(.flush) {
        if let latest, latest.completedAt > own.submissionIndex {
          violations.append(
            Violation(
              by: .durabilityJudge, .l09,
              """
              FLUSH entry \(place) was submitted at \(own.submissionIndex) and follows entry \
              \(latest.entry), which completed at \(latest.completedAt)
              """, entries: [latest.entry, place]))
        } else {
          // A slower flush that was submitted earlier may follow: what is in front of this one is durable.
          latest = nil
        }
      } else if entry.kind != .mark, own.completionIndex > latest?.completedAt ?? 0 {
        latest = (place, own.completionIndex)
      }
    }
    return violations
  }
}

extension RegisteredJudge {
  static let durability = RegisteredJudge([.l09]) { recording in
    guard recording.origins.areKnown else {
      return .lacking(EntryOrigins.whatIsMissing, for: [.l09])
    }
    let headers = recording.isRaw ? recording.headers : nil
    return JudgeReport(DurabilityJudge(evidence: recording.evidence, headers: headers).judge())
  }
}

import BlockDevice
import Bytes
import CrashStates
import Rules

/// L09 and L10 by comparing all states: what the device says that it could have been left with, and what
/// the log gives in its tier `all`. Neither may have a state that the other has not.
///
/// For small workloads: both sides are gone through to the last state.
struct PossibleStatesJudge {
  let history: DiskHistory
  let traces: Traces
  let seed: UInt64

  /// As many states are gone through on each side.
  static let limit = Int(StateSpace.maximumAllCount)

  /// - Returns: `nil` where the states are too many to be compared.
  func judge() -> [Violation]? {
    let space = StateSpace(history, tiers: [.all], origin: .powercut, seed: seed)
    guard space.refusal(of: [.all]) == nil else { return nil }
    var found: [Digest128: CrashState] = [:]
    for (_, state) in StateEnumerator(space, tiers: [.all]) {
      let digest = history.digest(of: state)
      if found[digest] == nil { found[digest] = state }
    }
    var possible: Set<Digest128> = []
    var missing: SparseBytes?
    let device = PowerCutStates(trace: traces.data, initialContents: traces.initialContents)
    let isComplete = device.forEach(limit: Self.limit) { contents in
      let digest = contents.stateDigest
      if possible.insert(digest).inserted, found[digest] == nil { missing = missing ?? contents }
    }
    guard isComplete else { return nil }
    var violations: [Violation] = []
    if let missing { violations.append(incomplete(missing, found, possible)) }
    let impossible = found.filter { !possible.contains($0.key) }.map(\.value)
    if let first = impossible.min(by: { ($0.cut, "\($0)") < ($1.cut, "\($1)") }) {
      violations.append(unsound(first, count: impossible.count))
    }
    return violations
  }

  private func incomplete(
    _ missing: SparseBytes, _ found: [Digest128: CrashState], _ possible: Set<Digest128>
  ) -> Violation {
    let count = possible.count { found[$0] == nil }
    return Violation(
      by: .possibleStatesJudge, .l10,
      """
      the device could have been left in \(possible.count) states, and the log gives \(count) of \
      them nowhere
      """,
      evidence: [
        "one of them: digest \(missing.stateDigest), \(missing.byteCount) bytes",
        "the log gives \(found.count) states (tier all)",
      ])
  }

  private func unsound(_ state: CrashState, count: Int) -> Violation {
    Violation(
      by: .possibleStatesJudge, .l09,
      "the log gives \(count) states in which the device cannot have been left: \(state)",
      state: state, evidence: ["digest \(history.digest(of: state))"])
  }
}

extension RegisteredJudge {
  /// What only a simulation can tell: all that the device could have been left with.
  static let possibleStates = RegisteredJudge([.l09, .l10]) { recording in
    guard let traces = recording.evidence.traces, recording.options.tiers.contains(.all) else {
      return .lacking(recording.evidence.whatPossibleStatesLack, for: [.l09, .l10])
    }
    if traces.logFailedAt != nil {
      return .lacking(Evidence.whatFailedLogLacks, for: [.l09, .l10])
    }
    let judge = PossibleStatesJudge(
      history: recording.evidence.history, traces: traces, seed: recording.options.seed)
    guard let violations = judge.judge() else {
      return .lacking(recording.evidence.whatPossibleStatesLack, for: [.l09, .l10])
    }
    return JudgeReport(violations)
  }
}

extension Evidence {
  fileprivate var whatPossibleStatesLack: String {
    traces?.logFailedAt != nil
      ? Self.whatFailedLogLacks
      : "only a small simulated run is compared with all its states (tier all)"
  }
}

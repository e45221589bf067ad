import Bytes
import CrashStates
import Rules

/// Says of a violation which lost, torn or moved writes made the difference: the state is made as small
/// as still breaks the rule, and what is left of it is named.
struct DecidingLoss {
  private let evidence: Evidence
  private let judge: SingleStateJudge

  /// The states of a longer loss are not tried one by one.
  private static let maximumLossCount = 4096
  private static let maximumNamedCount = 8

  init(_ evidence: Evidence) {
    self.evidence = evidence
    judge = SingleStateJudge(evidence)
  }

  /// The violation in its smallest state, with what made the difference.
  func explained(_ violation: Violation) -> Violation {
    guard let state = violation.state, !state.isPrefix, state.recovery == nil,
      state.lost.count <= Self.maximumLossCount, breaks(violation.rule, state)
    else { return violation }
    let smallest = StateMinimizer.minimized(state) { breaks(violation.rule, $0) }
    var found = violation
    if smallest != state,
      let own = judge.violations(in: smallest).first(where: { $0.rule == violation.rule })
    {
      found = own
      found.repeatCount = violation.repeatCount
    }
    found.difference = lines(smallest)
    return found
  }

  private func breaks(_ rule: Rule, _ state: CrashState) -> Bool {
    judge.violations(in: state).contains { $0.rule == rule }
  }

  private func lines(_ state: CrashState) -> [String] {
    var lines = state.lost.prefix(Self.maximumNamedCount).map { entryIndex in
      let special =
        evidence.history.description(ofLosing: entryIndex, among: state.lost).map { ": \($0)" }
        ?? ""
      return "entry \(entryIndex) is lost, \(name(entryIndex))\(special)"
    }
    if state.lost.count > lines.count {
      lines.append("\(state.lost.count - lines.count) more entries are lost with it")
    }
    if let torn = state.torn {
      lines.append(
        "entry \(torn.entryIndex) is torn (\(torn.shape), in units of \(torn.unitByteCount) bytes), "
          + name(torn.entryIndex))
    }
    return lines
      + state.early.map {
        "entry \($0.entryIndex), in flight then, takes effect before entry \($0.beforeEntryIndex), "
          + name($0.entryIndex)
      }
  }

  private func name(_ entryIndex: Int) -> String {
    let entry = evidence.index[entryIndex]
    let what =
      entry.kind == .mark
      ? "'\(evidence.index.text(of: entry))'" : "a \(entry.kind) of \(entry.deviceRange)"
    guard entry.kind == .write else { return what }
    // Named by the disk with the entry on it: a log entry that it brings is there to be read.
    let names = evidence.format.names(
      of: evidence.history, CrashState(cut: entryIndex + 1), later: nil)
    return names.map { "\(what): \($0.name(of: entry.deviceRange))" } ?? what
  }
}

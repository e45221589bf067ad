import Bytes
import CrashStates
import VHDX

/// The rules of one crash state of a VHDX image: its structures before and after recovery, and the
/// virtual disk.
final class SingleImageStateJudge: StateJudge {
  private let history: DiskHistory
  private let recovery: StateRecovery
  private let promises: Promises?
  private let initial: InitialDisk
  private let closedCuts: Set<Int>
  private var usable: UsableImage

  init(_ evidence: Evidence, _ image: ImageEvidence, _ promises: Promises?) {
    history = evidence.history
    let recovery = StateRecovery(history: evidence.history, evidence: image)
    self.recovery = recovery
    usable = UsableImage(evidence.history) { recovery.recovered($0).recovered.map != nil }
    self.promises = promises
    initial = InitialDisk(
      history, recovery.recovered(CrashState(cut: 0)).recovered.map)
    closedCuts = Set(evidence.client?.closedCuts ?? [])
  }

  func judge(_ state: CrashState) -> [Violation] {
    let recovered = recovery.recovered(state).recovered
    var violations = recovered.violations
    // Before it opened for the first time the image may not be made yet.
    if violations.contains(where: { $0.rule == .d09 }), !usable.isThere(atCut: state.cut) {
      violations.removeAll { $0.rule == .d09 }
    }
    violations += judgeDisk(recovered, state)
    if state.isPrefix, closedCuts.contains(state.cut) {
      violations += ImageStateJudge.judgeClosed(recovered.outcome)
    }
    return violations.map { violation in
      var violation = violation
      violation.state = state
      return violation
    }
  }

  /// Whether the image opens, and what it maps can be told.
  func isReadable(_ state: CrashState) -> Bool { recovery.recovered(state).recovered.map != nil }

  private func judgeDisk(_ recovered: RecoveredState, _ state: CrashState) -> [Violation] {
    guard let map = recovered.map, let promises else { return [] }
    let image = StateImage(history, state)
    // A new one each time: what it remembers to be right is right at later cuts only.
    let judge = VirtualDiskJudge(promises: promises, initial: initial)
    return judge.judge(VirtualDisk(map, of: image, recovered), state) { unit in
      ImageStateJudge.bytes(ofUnit: unit, map, recovered.file(over: image))
    }
  }
}

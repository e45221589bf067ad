import Bytes
import CrashStates
import VHDX

/// Judges the crash states of a VHDX image: each is recovered as opening it would, and its virtual disk
/// is compared with what was promised.
final class ImageStateJudge: StateJudge {
  private let history: DiskHistory
  private let recovery: StateRecovery
  private let disks: VirtualDiskJudge?
  /// Judges recoveries that are cut off; `nil` where the tier `recrash` was not asked for.
  var recrash: RecrashJudge?
  private var usable: UsableImage
  /// Whether an image was refused at a cut at which it may not have been created yet. The same structures
  /// can come again later.
  private var isRefusalHeldBack = false

  init(history: DiskHistory, evidence: ImageEvidence, promises: Promises?) {
    self.history = history
    recovery = StateRecovery(history: history, evidence: evidence)
    let initial = CrashState(cut: 0)
    let map = recovery.recovered(initial).recovered.map
    // With answers of its own: what is new to the states must not depend on what was asked here.
    let search = StateRecovery(
      history: history, evidence: ImageEvidence(recovery: evidence.recovery))
    usable = UsableImage(history) { state in
      state == initial ? map != nil : search.recovered(state).recovered.map != nil
    }
    disks = promises.map { promises in
      VirtualDiskJudge(promises: promises, initial: InitialDisk(history, map))
    }
  }

  /// What is refused may be refused as long as the image may not have been created yet.
  func phase(atCut cut: Int) -> Int { usable.isThere(atCut: cut) ? 1 : 0 }

  func judge(_ state: CrashState) -> [Violation] {
    let (recovered, isUnknown) = recovery.recovered(state)
    // The image before the first entry was recovered already, to learn what its disk held.
    let isNew = isUnknown || state.cut == 0
    // First, for these say more exactly what a recovery's own judges may have found too.
    return recrashed(state, recovered, isNew) + judge(state, recovered, isNew)
  }

  private func recrashed(
    _ state: CrashState, _ recovered: RecoveredState, _ isNew: Bool
  ) -> [Violation] {
    guard let recrash, isNew || recovered.changesPayload else { return [] }
    return recrash.judge(StateImage(history, state), recovered)
  }

  private func judge(
    _ state: CrashState, _ recovered: RecoveredState, _ isNew: Bool
  ) -> [Violation] {
    var violations = structureViolations(of: recovered, state, isNew)
    guard let map = recovered.map, disks != nil else { return located(violations, state) }
    let image = StateImage(history, state)
    let disk = VirtualDisk(map, of: image, recovered)
    let found = disks?.judge(disk, state) { unit in
      Self.bytes(ofUnit: unit, map, recovered.file(over: image))
    }
    violations += found ?? []
    return located(violations, state)
  }

  /// What a closed image must be: everything is home, and its log is empty (rule D06).
  func judgeClosed(atCut cut: Int) -> [Violation] {
    let state = CrashState(cut: cut)
    return located(Self.judgeClosed(recovery.recovered(state).recovered.outcome), state)
  }

  static func judgeClosed(_ outcome: RecoveryOutcome) -> [Violation] {
    outcome == .notNeeded
      ? []
      : [
        Violation(
          by: .imageStateJudge, .d06, "after a clean close the image needs recovery: \(outcome)")
      ]
  }

  /// Of structures that another state had nothing is said again, but for a refusal that was held back.
  private func structureViolations(
    of recovered: RecoveredState, _ state: CrashState, _ isNew: Bool
  ) -> [Violation] {
    guard isNew || isRefusalHeldBack else { return [] }
    let refusals = recovered.violations.filter { $0.rule == .d09 }
    if refusals.isEmpty { return isNew ? recovered.violations : [] }
    if usable.isThere(atCut: state.cut) { return isNew ? recovered.violations : refusals }
    isRefusalHeldBack = true
    return isNew ? recovered.violations.filter { $0.rule != .d09 } : []
  }

  private func located(_ violations: [Violation], _ state: CrashState) -> [Violation] {
    violations.map { violation in
      var violation = violation
      violation.state = state
      return violation
    }
  }

  static func bytes(
    ofUnit unit: UInt64, _ map: BlockMap, _ file: OverlayImage
  ) -> [UInt8] {
    let unitByteCount = UInt64(StateSum.unitByteCount)
    guard let place = map.fileByteOffset(of: unit * unitByteCount) else {
      return [UInt8](repeating: 0, count: StateSum.unitByteCount)
    }
    return file.unit(at: place / unitByteCount)
  }
}

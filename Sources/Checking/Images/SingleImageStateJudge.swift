import Bytes
import CrashStates
import Rules

/// The rules of one crash state of an image: its structures before and after it was opened, and the
/// virtual disk.
final class SingleImageStateJudge: StateJudge {
  private let history: DiskHistory
  private let reader: any ImageReader
  private let promises: Promises?
  private let initial: InitialDisk
  private let closedCuts: Set<Int>
  private var usable: UsableImage

  init(_ evidence: Evidence, _ promises: Promises?) {
    history = evidence.history
    let reader = evidence.format.reader(of: evidence.history, goesOn: true)
    self.reader = reader
    usable = UsableImage(evidence.history) { reader.read($0).opened.map != nil }
    self.promises = promises
    initial = InitialDisk(history, reader.read(CrashState(cut: 0)).opened.map)
    closedCuts = Set(evidence.client?.closedCuts ?? [])
  }

  func judge(_ state: CrashState) -> [Violation] {
    let opened = reader.read(state).opened
    var violations = opened.violations
    // Before it opened for the first time the image may not be made yet.
    if violations.contains(where: { $0.rule == .d09 }), !usable.isThere(atCut: state.cut) {
      violations.removeAll { $0.rule == .d09 }
    }
    if let promises {
      // A new one each time: what it remembers to be right is right at later cuts only.
      violations += VirtualDiskJudge(promises: promises, initial: initial)
        .judge(opened, StateImage(history, state))
    }
    if state.isPrefix, closedCuts.contains(state.cut) {
      violations += opened.violationsOfClosing
    }
    return violations.map { $0.located(in: state) }
  }

  func judgeable(_ rules: [Rule], in state: CrashState) -> [Rule] {
    let opened = reader.read(state).opened
    if opened.limit != nil { return [] }
    return opened.map == nil ? rules.filter(\.needsNoReadableImage) : rules
  }
}

extension Rule {
  /// Whether it is judged before, or without, anything of the regions being read.
  fileprivate var needsNoReadableImage: Bool {
    switch self {
    case .s05, .d08, .d09: true
    default: family == .headers || family == .recovery
    }
  }
}

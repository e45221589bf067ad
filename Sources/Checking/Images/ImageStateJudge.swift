import Bytes
import CrashStates
import Rules

/// Judges the crash states of an image: each is opened, and its virtual disk is compared with what was
/// promised.
final class ImageStateJudge: StateJudge {
  /// In which order states are judged.
  enum Order {
    /// That of an enumeration: what one state has said of its structures, or of a promise, is not said again of
    /// the next one that has the same.
    case enumerated
    /// Any: all is said of each state, also that it was closed cleanly and is not clean.
    case any
  }

  let history: DiskHistory
  private let order: Order
  let reader: any ImageReader
  let initial: InitialDisk
  private let closedCuts: Set<Int>
  /// Holds each state against the one before it.
  private let disks: VirtualDiskJudge?
  private let units: JudgedUnits?
  /// Judges recoveries that are cut off; `nil` where nobody asked for it.
  private let secondCrash: (any SecondCrashJudge)?
  private(set) var recrashCount: RecrashCount?
  /// The structures that a state before had.
  private var told: Set<AnyHashable> = []
  private var usable: UsableImage
  /// Whether an image was refused at a cut at which it may not have been created yet. The same structures
  /// can come again later.
  private var isRefusalHeldBack = false
  private var limited = LimitedStates()

  init(
    _ evidence: Evidence, _ promises: Promises?, _ order: Order,
    secondCrash: (any SecondCrashJudge)? = nil
  ) {
    let (history, format) = (evidence.history, evidence.format)
    self.history = history
    self.order = order
    self.secondCrash = secondCrash
    recrashCount = secondCrash.map { _ in RecrashCount() }
    closedCuts = Set(evidence.client?.closedCuts ?? [])
    let reader = format.reader(of: history, goesOn: true)
    self.reader = reader
    let initial = CrashState(cut: 0)
    let map = reader.read(initial).map
    usable = UsableImage(history) { state in
      state == initial ? map != nil : reader.read(state).map != nil
    }
    let disk = InitialDisk(history, map)
    self.initial = disk
    let units = promises.map { JudgedUnits(promises: $0, initial: disk) }
    self.units = units
    disks = units.map { VirtualDiskJudge(history, $0) }
  }

  var baseUse: BaseUse { .unlessCounted }
  var limit: String? { limited.text }

  /// What is refused may be refused as long as the image may not have been created yet.
  func phase(atCut cut: Int) -> Int { usable.isThere(atCut: cut) ? 1 : 0 }

  var canBeShared: Bool { true }

  func prepare(_ state: CrashState) -> StateTask {
    var task = StateTask(state)
    // Whether to cut off a recovery has to be known before.
    if secondCrash != nil { task.isNewStructure = isNewStructure(state) }
    return task
  }

  private func isNewStructure(_ state: CrashState) -> Bool {
    order == .any || (reader.structure(of: state).map { told.insert($0).inserted } ?? true)
  }

  func examine(_ task: StateTask) -> StateFindings {
    let opened = reader.read(task.state)
    let image = StateImage(history, task.state)
    var findings = StateFindings()
    findings.limit = opened.limit
    findings.isToldByStructure = opened.isToldByStructure
    findings.ofStructure = opened.violations
    findings.violations = diskJudge?.judge(opened, image) ?? []
    if task.isNewStructure || !opened.isToldByStructure || opened.changesPayload {
      findings.secondCrash = secondCrash?.judge(image, opened)
    }
    return findings
  }

  func conclude(_ task: StateTask, _ findings: StateFindings) -> [Violation] {
    let state = task.state
    limited.note(findings.limit)
    if let second = findings.secondCrash { recrashCount?.add(second) }
    let structures = violationsToTell(task, findings)
    // First, for these say more exactly what a recovery's own judges may have found too.
    return (findings.secondCrash?.violations ?? [])
      + (structures + findings.violations).map { $0.located(in: state) }
      + (order == .any && state.isPrefix ? judgeClosing(atCut: state.cut) : [])
  }

  private var diskJudge: VirtualDiskJudge? {
    order == .enumerated
      ? disks : units.map { VirtualDiskJudge(history, $0) }
  }

  private func judgeClosing(atCut cut: Int) -> [Violation] {
    closedCuts.contains(cut) ? judgeClosed(atCut: cut) : []
  }

  func judgeable(_ rules: [Rule], in state: CrashState) -> [Rule] {
    let opened = reader.read(state)
    if opened.limit != nil { return [] }
    return opened.map == nil ? rules.filter(\.needsNoReadableImage) : rules
  }

  /// What a closed image must be: everything is home, and nothing is left to recover (rule D06).
  func judgeClosed(atCut cut: Int) -> [Violation] {
    let state = CrashState(cut: cut)
    return reader.read(state).violationsOfClosing.map { $0.located(in: state) }
  }

  /// Of structures that another state had nothing is said again, but for a refusal that was held back.
  private func violationsToTell(_ task: StateTask, _ findings: StateFindings) -> [Violation] {
    let violations = findings.ofStructure
    if violations.isEmpty { return [] }
    let isNew =
      !findings.isToldByStructure
      || (secondCrash == nil ? isNewStructure(task.state) : task.isNewStructure)
    guard isNew || isRefusalHeldBack else { return [] }
    let refusals = violations.filter { $0.rule == .d09 }
    if refusals.isEmpty { return isNew ? violations : [] }
    if usable.isThere(atCut: task.state.cut) { return isNew ? violations : refusals }
    isRefusalHeldBack = true
    return isNew ? violations.filter { $0.rule != .d09 } : []
  }
}

/// Counts the states that meet a limit of this tool.
private struct LimitedStates {
  private var first: String?
  private var count = 0

  mutating func note(_ limit: String?) {
    guard let limit else { return }
    first = first ?? limit
    count += 1
  }

  var text: String? {
    first.map { "\(count) distinct states were not judged, or only in part: \($0)" }
  }
}

extension OpenedState {
  /// D06 of an image that was closed cleanly.
  var violationsOfClosing: [Violation] {
    unfinished.map {
      [Violation(by: .imageStateJudge, .d06, "after a clean close \($0)")]
    } ?? []
  }
}

extension Violation {
  func located(in state: CrashState) -> Violation {
    var violation = self
    violation.state = state
    return violation
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

import Bytes
import CrashStates
import Workload

/// D01 to D07 for one crash state of a raw image: each unit that the state changes, and each whose
/// promise became stricter, holds a version that it may hold.
///
/// What a state shares with the one before it was judged there: a prefix is compared in the units of
/// its last entry and of the promises that are new at its cut, another state in the units of what
/// it lost. So the prefixes have to be judged, too, and in the order of their cuts.
final class PromiseJudge: StateJudge {
  private let history: DiskHistory
  private let promises: Promises
  /// Up to which cut prefixes were prepared; -1 before the first.
  private var lastPrefixCut = -1
  /// The entries without which nothing was wrong, and when. Only asked.
  private var rightWithout: [Int: (cut: Int, generation: Int)] = [:]

  init(history: DiskHistory, promises: Promises) {
    self.history = history
    self.promises = promises
  }

  var baseUse: BaseUse { .always }
  var canBeShared: Bool { true }

  func prepare(_ state: CrashState) -> StateTask {
    var task = StateTask(state)
    if state.isPrefix {
      // A prefix that was judged in another disguise was left out: what it changed is looked at here.
      task.newCuts = min(lastPrefixCut + 1, state.cut)...state.cut
      lastPrefixCut = max(lastPrefixCut, state.cut)
    }
    return task
  }

  func examine(_ task: StateTask) -> StateFindings {
    StateFindings(violations: violations(in: task) + judgeLength(task.state))
  }

  private func violations(in task: StateTask) -> [Violation] {
    let state = task.state
    if let newCuts = task.newCuts { return judge(state, units: newUnits(atCuts: newCuts)) }
    guard let lost = state.lost.first, state == CrashState(cut: state.cut, lost: [lost]) else {
      return judge(state, units: history.affectedRanges(of: state))
    }
    return judge(state, without: lost)
  }

  /// What is wrong with these units of a state, and with its length.
  func judgeAll(_ state: CrashState, units: [Range<UInt64>]) -> [Violation] {
    judge(state, units: units) + judgeLength(state)
  }

  /// At a later cut what was right without an entry still is, until something is promised: more may show there,
  /// and what does is what showed before.
  private func judge(_ state: CrashState, without lost: Int) -> [Violation] {
    let generation = promises.generation(atCut: state.cut)
    let isKnown = rightWithout[lost].map {
      $0.generation == generation
        && history.showsTheSame(withoutWrite: lost, atCut: $0.cut, later: state.cut)
    }
    if isKnown != true {
      let violations = judge(state, units: history.affectedRanges(of: state))
      if !violations.isEmpty { return violations }
    }
    rightWithout[lost] = (state.cut, generation)
    return []
  }

  private func newUnits(atCuts cuts: ClosedRange<Int>) -> [Range<UInt64>] {
    cuts.flatMap { cut in
      history.rangesOfLastEntry(atCut: cut) + promises.rangesOfNewPromises(atCut: cut)
    }.merged
  }

  private func judge(_ state: CrashState, units: [Range<UInt64>]) -> [Violation] {
    var wrong: [(unit: UInt64, hash: Digest128)] = []
    for range in units {
      history.forEachHash(of: range, in: state) { unit, hash in
        if !allows(hash, unit, state) { wrong.append((unit, hash)) }
      }
    }
    if wrong.isEmpty { return [] }
    wrong.sort { $0.unit < $1.unit }
    return wrong.map { unit, hash in
      PromiseFinding(
        promises: promises, state: state, unit: unit, hash: hash,
        bytes: history.bytes(history.contents(ofUnit: unit, in: state))
      ).violation
    }
  }

  private func allows(_ hash: Digest128, _ unit: UInt64, _ state: CrashState) -> Bool {
    promises.allows(
      hash, unit: unit, cut: state.cut,
      base: history.unitHash(history.contents(ofUnit: unit, in: CrashState(cut: 0))))
  }

  private func judgeLength(_ state: CrashState) -> [Violation] {
    let byteCount = history.byteCount(of: state)
    if promises.allowsLength(byteCount, cut: state.cut) { return [] }
    let promised = promises.promisedLength(atCut: state.cut)
    return [
      Violation(
        by: .promiseJudge, .d01,
        "the device has \(byteCount) bytes, and \(promised) were flushed", state: state)
    ]
  }
}

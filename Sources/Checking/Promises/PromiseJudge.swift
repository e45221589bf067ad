import Bytes
import CrashStates
import Workload

/// D01 to D07 for one crash state of a raw image: each unit that the state changes, and each whose
/// promise became stricter, holds a version that it may hold.
final class PromiseJudge {
  private let history: DiskHistory
  private let promises: Promises
  /// Up to which cut the prefixes were judged; -1 before the first.
  private var lastPrefixCut = -1

  init(history: DiskHistory, promises: Promises) {
    self.history = history
    self.promises = promises
  }

  /// What is wrong with a state.
  ///
  /// What a state shares with the one before it was judged there: a prefix is compared in the units of
  /// its last entry and of the promises that are new at its cut, another state in the units of what
  /// it lost. So the prefixes have to be judged, too, and in the order of their cuts.
  func judge(_ state: CrashState) -> [Violation] { judge(state, units: units(of: state)) }

  /// What is wrong with these units of a state, and with its length.
  func judge(_ state: CrashState, units: [UInt64]) -> [Violation] {
    var violations: [Violation] = []
    for unit in units {
      if let violation = judge(unit: unit, state) { violations.append(violation) }
    }
    if let violation = judgeLength(state) { violations.append(violation) }
    return violations
  }

  private func units(of state: CrashState) -> [UInt64] {
    if !state.isPrefix { return history.affectedUnits(of: state) }
    // A prefix that was judged in another disguise was left out: what it changed is looked at here.
    let first = min(lastPrefixCut + 1, state.cut)
    lastPrefixCut = max(lastPrefixCut, state.cut)
    if first == state.cut { return newUnits(atCut: first) }
    return Set((first...state.cut).flatMap(newUnits)).sorted()
  }

  private func newUnits(atCut cut: Int) -> [UInt64] {
    history.unitsOfLastEntry(atCut: cut) + promises.unitsOfNewPromises(atCut: cut)
  }

  private func judge(unit: UInt64, _ state: CrashState) -> Violation? {
    let contents = history.contents(ofUnit: unit, in: state)
    let hash = history.unitHash(contents)
    let isAllowed = promises.allows(
      hash, unit: unit, cut: state.cut,
      base: history.unitHash(history.contents(ofUnit: unit, in: CrashState(cut: 0, lost: []))))
    if isAllowed { return nil }
    return PromiseFinding(
      promises: promises, state: state, unit: unit, hash: hash,
      bytes: history.bytes(contents)
    ).violation
  }

  private func judgeLength(_ state: CrashState) -> Violation? {
    let byteCount = history.byteCount(of: state)
    if promises.allowsLength(byteCount, cut: state.cut) { return nil }
    let promised = promises.promisedLength(atCut: state.cut)
    return Violation(
      by: .promiseJudge, .d01,
      "the device has \(byteCount) bytes, and \(promised) were flushed", state: state)
  }
}

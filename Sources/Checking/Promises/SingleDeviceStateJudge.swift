import CrashStates

/// D01 to D07 for one crash state of a raw device: every unit that an entry up to the cut touched, and
/// every unit of which something is promised.
final class SingleDeviceStateJudge: StateJudge {
  let history: DiskHistory
  private let promises: Promises?
  private let judge: PromiseJudge?
  /// The units that the entries up to each cut may have changed, one list for each entry; worked out as
  /// far as the latest cut that was asked for.
  private var changedUnits: [[Range<UInt64>]] = []

  init(history: DiskHistory, promises: Promises?) {
    self.history = history
    self.promises = promises
    judge = promises.map { PromiseJudge(history: history, promises: $0) }
  }

  func examine(_ task: StateTask) -> StateFindings {
    StateFindings(violations: violations(in: task.state))
  }

  private func violations(in state: CrashState) -> [Violation] {
    guard let judge, let promises else { return [] }
    while changedUnits.count < state.cut {
      changedUnits.append(history.rangesOfLastEntry(atCut: changedUnits.count + 1))
    }
    // What lies under a lost change of the length shows only where that is lost.
    let units =
      promises.promisedRanges(atCut: state.cut) + changedUnits.prefix(state.cut).joined()
      + history.affectedRanges(of: state)
    return judge.judgeAll(state, units: units.merged)
  }
}

/// The states of a cut of a disk in which entries took effect before their place in the log.
extension CutStates {
  /// One entry out of its order: while nothing, anything, or everything that was optional is lost.
  func inFlight() -> [CrashState] {
    guard let order = space.inFlightOrder, let disk = space.recording.disk else { return [] }
    var states: [CrashState] = []
    for entryIndex in order.early(atCut: cut) where order.isPossible([entryIndex], atCut: cut) {
      let early = [EarlyEntry(entryIndex: entryIndex, beforeEntryIndex: cut)]
      states.append(CrashState(cut: cut, early: early))
      for lost in optional { states.append(CrashState(cut: cut, lost: [lost], early: early)) }
      if optional.count > 1 {
        states.append(CrashState(cut: cut, lost: optional.sorted(), early: early))
      }
    }
    let epoch = disk.epoch(atCut: max(0, cut - 1)).durableEntryCount
    for (entryIndex, earlier) in order.overlapping(in: epoch..<max(epoch, cut)) {
      for other in earlier {
        let early = EarlyEntry(entryIndex: entryIndex, beforeEntryIndex: other)
        if order.allows(early) { states.append(CrashState(cut: cut, early: [early])) }
      }
    }
    return states
  }

  /// What may be out of the log's order at this cut; `nil` where it is more than a limit allows.
  func plans() -> [[EarlyEntry]]? {
    guard let order = space.inFlightOrder else { return [[]] }
    let candidates = order.early(atCut: cut)
    let limit = Int(StateSpace.maximumAllCount)
    guard candidates.count <= EffectOrders.maximumChoiceCount else { return nil }
    let orders = EffectOrders(order, cut: cut)
    var plans: [[EarlyEntry]] = []
    for number in 0..<(1 << candidates.count) {
      let early = candidates.indices.filter { (number >> $0) & 1 == 1 }.map { candidates[$0] }
      guard order.isPossible(early, atCut: cut) else { continue }
      guard let some = orders.all(early: early), plans.count + some.count <= limit else {
        return nil
      }
      plans += some
    }
    return plans
  }
}

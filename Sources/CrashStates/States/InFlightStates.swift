/// The states of a cut in which entries took effect before their place in the log.
extension CutStates {
  /// One entry out of its order: while nothing, anything, or everything that was optional is lost.
  func inFlight() -> [CrashState] {
    if let order = space.inFlightOrder { return inFlight(order, ofFile: 0, losing: optional) }
    // Each cut of a file's log once: where its entry was the last that happened.
    let latest = cut == space.cuts.lowerBound ? nil : space.recording.entry(ofStep: cut - 1)
    return space.inFlightOrders.indices.flatMap { file in
      if cut > space.cuts.lowerBound, latest?.file != file { return [CrashState]() }
      return inFlight(
        space.inFlightOrders[file], ofFile: file,
        losing: optional.filter { space.recording.entry(ofStep: $0)?.file == file })
    }
  }

  /// - Parameter optional: steps.
  private func inFlight(
    _ order: InFlightOrder, ofFile file: Int, losing optional: [Int]
  ) -> [CrashState] {
    let recording = space.recording
    let here = CrashState(cut: cut)
    let ownCut = recording.cut(ofFile: file, atCut: cut)
    func state(_ early: EarlyEntry, losing lost: [Int] = []) -> CrashState {
      CrashState(cut: cut, lost: lost, early: [recording.step(of: early, inFile: file, at: here)])
    }
    var states: [CrashState] = []
    for entryIndex in order.early(atCut: ownCut)
    where order.isPossible([entryIndex], atCut: ownCut) {
      let early = EarlyEntry(entryIndex: entryIndex, beforeEntryIndex: ownCut)
      states.append(state(early))
      for lost in optional { states.append(state(early, losing: [lost])) }
      if optional.count > 1 { states.append(state(early, losing: optional.sorted())) }
    }
    let epoch = recording.files[file].history.epoch(atCut: max(0, ownCut - 1)).durableEntryCount
    for (entryIndex, earlier) in order.overlapping(in: epoch..<max(epoch, ownCut)) {
      for other in earlier {
        let early = EarlyEntry(entryIndex: entryIndex, beforeEntryIndex: other)
        if order.allows(early) { states.append(state(early)) }
      }
    }
    return states
  }

  /// What may be out of the log's order at this cut of a disk; `nil` where it is more than a limit allows.
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

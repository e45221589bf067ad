extension Recording {
  /// Makes what a failing state lost, tore or moved as small as it can be, where only states come about that the
  /// recording can have: where names are lost in their order, a lost one takes those behind it with it.
  ///
  /// - Parameters:
  ///   - state: one that fails.
  ///   - fails: asked of states with the same cut that deviate less from it.
  package func minimized<Failure: Error>(
    _ state: CrashState, _ fails: (CrashState) throws(Failure) -> Bool
  ) throws(Failure) -> CrashState {
    guard let names, !names.losesAnyChange else {
      return try StateMinimizer.minimized(state, fails)
    }
    var contents = state
    contents.lost = state.lost.filter { entry(ofStep: $0) != nil }
    let lostNames = state.lost.filter { entry(ofStep: $0) == nil }
    func losing(_ names: ArraySlice<Int>, _ state: CrashState) -> CrashState {
      var state = state
      state.lost = (state.lost + names).sorted()
      return state
    }
    let fewest = try fewestLost(lostNames) { (names) throws(Failure) in
      try fails(losing(names, contents))
    }
    let smallest = try StateMinimizer.minimized(contents) { (state) throws(Failure) in
      try fails(losing(fewest, state))
    }
    return losing(fewest, smallest)
  }

  /// What of the losses of a state that was made as small as it can be is not there only because something before it is:
  /// where names are lost in their order, the first of them stands for all.
  package func decidingLosses(in state: CrashState) -> [Int] {
    guard let names, !names.losesAnyChange else { return state.lost }
    let firstName = state.lost.first { entry(ofStep: $0) == nil }
    return state.lost.filter { entry(ofStep: $0) != nil || $0 == firstName }
  }

  /// The shortest end of a list that fails while its next shorter one does not.
  private func fewestLost<Failure: Error>(
    _ names: [Int], _ fails: (ArraySlice<Int>) throws(Failure) -> Bool
  ) throws(Failure) -> ArraySlice<Int> {
    if names.isEmpty { return [] }
    if try fails([]) { return [] }
    var (failing, good) = (0, names.count)
    while good - failing > 1 {
      let middle = (failing + good) / 2
      if try fails(names[middle...]) { failing = middle } else { good = middle }
    }
    return names[failing...]
  }
}

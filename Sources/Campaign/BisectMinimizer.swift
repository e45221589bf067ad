import CrashStates

/// Makes what went wrong in a failing state as small as it can be: nothing torn and nothing out of its
/// order that need not be, and no entry of the loss can be taken out of it without the state becoming
/// good.
///
/// The loss by delta debugging: parts of it are tried alone, then everything but one part, in parts
/// that become smaller.
///
/// Source: Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input" (2002), ddmin.
enum BisectMinimizer {
  /// - Parameters:
  ///   - state: one that fails.
  ///   - fails: asked of states with the same cut that lost less.
  static func minimized<Failure: Error>(
    _ state: CrashState, _ fails: (CrashState) throws(Failure) -> Bool
  ) throws(Failure) -> CrashState {
    if state.isPrefix { return state }
    let whole = CrashState(cut: state.cut)
    if try fails(whole) { return whole }
    return try withSmallestLoss(try plainest(state, fails), fails)
  }

  /// Without the tear, and without what came early, where it fails all the same.
  private static func plainest<Failure: Error>(
    _ state: CrashState, _ fails: (CrashState) throws(Failure) -> Bool
  ) throws(Failure) -> CrashState {
    var state = state
    var simpler = state
    simpler.torn = nil
    if state.torn != nil, try fails(simpler) { state = simpler }
    // What came early may be named among the losses: then it stays.
    simpler = state
    simpler.early = []
    let isNamed = state.early.contains { state.lost.contains($0.entryIndex) }
    if !state.early.isEmpty, !isNamed, state.torn == nil, try fails(simpler) { state = simpler }
    return state
  }

  private static func withSmallestLoss<Failure: Error>(
    _ state: CrashState, _ fails: (CrashState) throws(Failure) -> Bool
  ) throws(Failure) -> CrashState {
    var state = state
    let whole = losing([], of: state)
    if state.lost.isEmpty { return state }
    if try fails(whole) { return whole }
    var partCount = 2
    while state.lost.count > 1 {
      if let smaller = try reduced(state, partCount, fails) {
        // A part alone is cut in two again; what is left without a part keeps the size of parts.
        partCount =
          smaller.lost.count * 2 > state.lost.count ? max(2, partCount - 1) : 2
        state = smaller
      } else if partCount < state.lost.count {
        partCount = min(partCount * 2, state.lost.count)
      } else {
        break
      }
    }
    return state
  }

  private static func reduced<Failure: Error>(
    _ state: CrashState, _ partCount: Int, _ fails: (CrashState) throws(Failure) -> Bool
  ) throws(Failure) -> CrashState? {
    let parts = parts(of: state.lost, partCount)
    for part in parts {
      let alone = losing(Array(part), of: state)
      if try fails(alone) { return alone }
    }
    if parts.count == 2 { return nil }
    for part in parts {
      let others = Array(state.lost[..<part.startIndex] + state.lost[part.endIndex...])
      let without = losing(others, of: state)
      if try fails(without) { return without }
    }
    return nil
  }

  private static func losing(_ lost: [Int], of state: CrashState) -> CrashState {
    var state = state
    state.lost = lost
    return state
  }

  /// As even as whole entries allow, none empty.
  private static func parts(of lost: [Int], _ partCount: Int) -> [ArraySlice<Int>] {
    (0..<partCount).map { place in
      lost[lost.count * place / partCount..<lost.count * (place + 1) / partCount]
    }
  }
}

import CrashStates

/// Makes what a failing state lost as small as it can be: no entry of the result can be taken out of
/// it without the state becoming good.
///
/// Delta debugging: parts of the loss are tried alone, then everything but one part, in parts that
/// become smaller.
///
/// Source: Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input" (2002), ddmin.
enum BisectMinimizer {
  /// - Parameters:
  ///   - state: one that fails.
  ///   - fails: asked of states with the same cut that lost less.
  static func minimized<Failure: Error>(
    _ state: CrashState, _ fails: (CrashState) throws(Failure) -> Bool
  ) throws(Failure) -> CrashState {
    if state.lost.isEmpty { return state }
    let whole = CrashState(cut: state.cut)
    if try fails(whole) { return whole }
    var state = state
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
      let alone = CrashState(cut: state.cut, lost: Array(part))
      if try fails(alone) { return alone }
    }
    if parts.count == 2 { return nil }
    for part in parts {
      let others = Array(state.lost[..<part.startIndex] + state.lost[part.endIndex...])
      let without = CrashState(cut: state.cut, lost: others)
      if try fails(without) { return without }
    }
    return nil
  }

  /// As even as whole entries allow, none empty.
  private static func parts(of lost: [Int], _ partCount: Int) -> [ArraySlice<Int>] {
    (0..<partCount).map { place in
      lost[lost.count * place / partCount..<lost.count * (place + 1) / partCount]
    }
  }
}

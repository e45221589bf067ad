/// Makes what a failing state lost, tore or moved as small as it can be: nothing of the result can be
/// put right without the state becoming good.
package enum StateMinimizer {
  /// - Parameters:
  ///   - state: one that fails. What happened in a recovery is left as it is.
  ///   - fails: asked of states with the same cut that deviate less from it.
  package static func minimized<Failure: Error>(
    _ state: CrashState, _ fails: (CrashState) throws(Failure) -> Bool
  ) throws(Failure) -> CrashState {
    let kept = try DeltaDebugging.minimized(Deviation.all(of: state)) {
      (deviations: [Deviation]) throws(Failure) in
      try fails(state.keeping(deviations))
    }
    return state.keeping(kept)
  }
}

/// One thing that makes a state another one than the plain prefix at its cut.
private enum Deviation {
  case lost(Int)
  case torn(Tear)
  case early(EarlyEntry)

  static func all(of state: CrashState) -> [Deviation] {
    state.lost.map { .lost($0) } + (state.torn.map { [.torn($0)] } ?? [])
      + state.early.map { .early($0) }
  }
}

extension CrashState {
  fileprivate func keeping(_ deviations: [Deviation]) -> CrashState {
    var state = CrashState(cut: cut, recovery: recovery)
    for deviation in deviations {
      switch deviation {
      case .lost(let entryIndex): state.lost.append(entryIndex)
      case .torn(let tear): state.torn = tear
      case .early(let early): state.early.append(early)
      }
    }
    return state
  }
}

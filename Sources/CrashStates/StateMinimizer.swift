/// Makes what a failing state lost, tore or moved as small as it can be: nothing of the result can be
/// put right without the state becoming good.
///
/// Delta debugging: parts of what deviates from the plain cut are tried alone, then everything but one
/// part, in parts that become smaller.
///
/// Source: Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input" (2002), ddmin.
public enum StateMinimizer {
  /// - Parameters:
  ///   - state: one that fails. What happened in a recovery is left as it is.
  ///   - fails: asked of states with the same cut that deviate less from it.
  public static func minimized<Failure: Error>(
    _ state: CrashState, _ fails: (CrashState) throws(Failure) -> Bool
  ) throws(Failure) -> CrashState {
    var deviations = Deviation.all(of: state)
    if deviations.isEmpty { return state }
    func stillFails(_ kept: [Deviation]) throws(Failure) -> Bool {
      try fails(state.keeping(kept))
    }
    if try stillFails([]) { return state.keeping([]) }
    var partCount = 2
    while deviations.count > 1 {
      if let smaller = try reduced(deviations, partCount, stillFails) {
        // A part alone is cut in two again; what is left without a part keeps the size of parts.
        partCount = smaller.count * 2 > deviations.count ? max(2, partCount - 1) : 2
        deviations = smaller
      } else if partCount < deviations.count {
        partCount = min(partCount * 2, deviations.count)
      } else {
        break
      }
    }
    return state.keeping(deviations)
  }

  private static func reduced<Failure: Error>(
    _ deviations: [Deviation], _ partCount: Int,
    _ fails: ([Deviation]) throws(Failure) -> Bool
  ) throws(Failure) -> [Deviation]? {
    let parts = parts(of: deviations, min(partCount, deviations.count))
    for part in parts where try fails(Array(part)) { return Array(part) }
    if parts.count == 2 { return nil }
    for part in parts {
      let others = Array(deviations[..<part.startIndex] + deviations[part.endIndex...])
      if try fails(others) { return others }
    }
    return nil
  }

  /// As even as whole deviations allow, none empty.
  private static func parts(
    of deviations: [Deviation], _ partCount: Int
  ) -> [ArraySlice<Deviation>] {
    (0..<partCount).map { place in
      deviations[deviations.count * place / partCount..<deviations.count * (place + 1) / partCount]
    }
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

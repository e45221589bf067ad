import CrashStates

/// The plain prefix of each cut of a log, once and in order, as far as they are asked for: what the states
/// of a cut lose is lost from there, and everything else of them is as it is there.
struct BaseWalk {
  private let history: DiskHistory
  private var nextCut = 0
  /// Where it is not, there is none.
  var isNeeded = true

  init(_ history: DiskHistory) {
    self.history = history
  }

  /// The next one, up to this cut; `nil` where all up to there were given out.
  mutating func next(upToCut cut: Int) -> CrashState? {
    guard isNeeded else { return nil }
    while nextCut <= cut {
      defer { nextCut += 1 }
      // Such a cut has no state in which nothing is lost.
      if !history.isWithinCall(atCut: nextCut) { return CrashState(cut: nextCut) }
    }
    return nil
  }
}

import CrashStates

/// Finds the step that broke a recording, a write of a disk: the first crash state that fails, with the smallest loss.
///
/// The cuts that lost nothing are searched by halves where the first is good and the last one fails.
/// Whether they are good up to one and fail from there on is looked at in a few more places; where that
/// is not so, and where the last cut is good, the states of the tiers are gone through in their order.
package struct Bisect {
  package let space: StateSpace
  package var tiers: [Tier]

  var recording: Recording { space.recording }

  package init(_ space: StateSpace, tiers: [Tier]) {
    self.space = space
    self.tiers = tiers
  }

  /// - Parameters:
  ///   - judge: asked of each state once; the same state must always get the same answer.
  ///   - scan: goes through the states of the tiers in their order, where there is a faster way than to
  ///     ask `judge` of each.
  /// - Throws: what the two throw, at once.
  package func run<Failure: Error>(
    _ judge: @escaping (CrashState) throws(Failure) -> BisectOutcome,
    scan: (() throws(Failure) -> BisectScan)? = nil
  ) throws(Failure) -> BisectAnswer {
    var search = BisectSearch(
      bisect: self,
      judge: BisectJudge(judge, isWithinCall: { [recording] in recording.isWithinCall(atCut: $0) }),
      fasterScan: scan)
    let verdict = try search.verdict()
    return BisectAnswer(
      verdict: verdict, monotony: search.monotony,
      judgedStateCount: search.judge.judgedStateCount,
      skippedStateCount: search.judge.skippedStateCount, isScanned: search.isScanned,
      failingStart: search.failingStart)
  }
}

/// One search, from the first question to the answer.
private struct BisectSearch<Failure: Error> {
  let bisect: Bisect
  let judge: BisectJudge<Failure>
  let fasterScan: (() throws(Failure) -> BisectScan)?
  private(set) var monotony = BisectAnswer.Monotony.unknown
  private(set) var isScanned = false
  private(set) var failingStart: BisectAnswer.FailingStart?
  /// No state in front of it is named: what fails there is not made yet.
  private var firstCut: Int

  init(
    bisect: Bisect, judge: BisectJudge<Failure>,
    fasterScan: (() throws(Failure) -> BisectScan)?
  ) {
    self.bisect = bisect
    self.judge = judge
    self.fasterScan = fasterScan
    firstCut = bisect.space.cuts.lowerBound
  }

  private var cuts: BisectCuts<Failure> {
    BisectCuts(judge: judge, cuts: bisect.space.cuts)
  }

  mutating func verdict() throws(Failure) -> BisectAnswer.Verdict {
    guard bisect.tiers.contains(.prefix), var first = try cuts.firstJudged(),
      let last = try cuts.lastJudged()
    else { return try scan(fromCut: 0, isArmed: false) }
    if try judge.outcome(ofCut: first) == .bad {
      let start = CrashState(cut: first)
      guard let good = try cuts.good(behind: first) else { return .failsFromTheStart(start) }
      monotony = .broken(by: start, outcome: .bad)
      first = good
    }
    if try judge.outcome(ofCut: last) == .good {
      if monotony == .unknown {
        monotony = .endIsGood(CrashState(cut: last))
      } else {
        // All states after it are gone through anyway, so the first good one is named exactly.
        first = try firstGood(upTo: first)
      }
      return try scan(fromCut: first, isArmed: true)
    }
    return try halve(first, last)
  }

  /// The first good cut, and with it what fails before.
  private mutating func firstGood(upTo good: Int) throws(Failure) -> Int {
    guard case .broken(let start, _) = monotony else { return good }
    var cut = start.cut + 1
    while cut < good, try judge.outcome(ofCut: cut) != .good { cut += 1 }
    failingStart = BisectAnswer.FailingStart(firstBad: start, firstGood: CrashState(cut: cut))
    return cut
  }

  private mutating func halve(
    _ first: Int, _ last: Int
  ) throws(Failure) -> BisectAnswer.Verdict {
    let found = try cuts.boundary(good: first, bad: last)
    let (contradiction, sampleCount) = try cuts.contradiction(
      good: found.good, bad: found.bad, within: first...last)
    if let contradiction {
      let state = CrashState(cut: contradiction)
      monotony = .broken(by: state, outcome: try judge.outcome(of: state))
      return try scan(fromCut: first, isArmed: true)
    }
    if monotony == .unknown { monotony = .held(sampleCount: sampleCount) }
    return .culprit(try settled(CrashState(cut: found.bad)))
  }

  /// Goes through the states of the tiers in their order.
  ///
  /// - Parameter isArmed: whether a good state is known already. A state that fails counts once there
  ///   was a good one: an image that is not made yet fails, too.
  private mutating func scan(
    fromCut firstCut: Int, isArmed: Bool
  ) throws(Failure) -> BisectAnswer.Verdict {
    isScanned = true
    if isArmed { self.firstCut = max(self.firstCut, firstCut) }
    if isArmed, let fasterScan {
      switch try fasterScan() {
      case .nothingFails: return .nothingFails
      case .firstFailure(let state) where state.cut >= firstCut && state.recovery == nil:
        // What the two do not agree on is looked at state by state.
        if try judge.outcome(of: state) == .bad { return .culprit(try settled(state)) }
      case .firstFailure, .unknown: break
      }
    }
    var isArmed = isArmed
    var firstBad: CrashState?
    let states = StateEnumerator(bisect.space, tiers: bisect.tiers)
    for (_, state) in states where state.cut >= firstCut && state.recovery == nil {
      switch try judge.outcome(of: state) {
      case .good:
        if !isArmed { self.firstCut = max(self.firstCut, state.cut) }
        isArmed = true
      case .bad where isArmed: return .culprit(try settled(state))
      case .bad: firstBad = firstBad ?? state
      case .skipped: break
      }
    }
    if let firstBad { return .failsFromTheStart(firstBad) }
    return judge.judgedStateCount == judge.skippedStateCount ? .everythingSkipped : .nothingFails
  }

  /// Makes the loss smallest and the cut earliest, and looks for the good states next to it.
  private func settled(_ found: CrashState) throws(Failure) -> BisectAnswer.Culprit {
    var bad = found
    while true {
      let hasEarly = !bad.early.isEmpty
      bad = try bisect.recording.minimized(bad) { (state) throws(Failure) in
        // What came early can be lost only as long as it comes early.
        if hasEarly, !bisect.space.has(state) { return false }
        return try judge.outcome(of: state) == .bad
      }
      let front = try inFront(of: bad)
      if let earlier = front.bad {
        bad = earlier
        continue
      }
      return BisectAnswer.Culprit(
        bad: bad, good: try goodWhole(bad) ?? front.good, before: front.good,
        skipped: front.skipped)
    }
  }

  /// The same cut with nothing lost, where that is another state and good.
  private func goodWhole(_ state: CrashState) throws(Failure) -> CrashState? {
    if state.isPrefix { return nil }
    let whole = CrashState(cut: state.cut)
    return try judge.outcome(of: whole) == .good ? whole : nil
  }

  /// The nearest earlier cut with the same losses of which something can be said, and what had to be
  /// skipped on the way there.
  private func inFront(
    of state: CrashState
  ) throws(Failure) -> (good: CrashState?, bad: CrashState?, skipped: [CrashState]) {
    var skipped: [CrashState] = []
    for cut in stride(from: state.cut - 1, through: firstCut, by: -1) {
      guard let earlier = earlier(state, cut: cut) else { continue }
      switch try judge.outcome(of: earlier) {
      case .good: return (earlier, nil, skipped)
      case .bad: return (nil, earlier, skipped)
      case .skipped: skipped.append(earlier)
      }
    }
    return (nil, nil, skipped)
  }

  /// The same state at an earlier cut; `nil` where the log has none.
  private func earlier(_ state: CrashState, cut: Int) -> CrashState? {
    if bisect.recording.isWithinCall(atCut: cut) { return nil }
    var earlier = CrashState(cut: cut, lost: state.lost.filter { $0 < cut })
    if let torn = state.torn, torn.entryIndex < cut { earlier.torn = torn }
    earlier.early = state.early.filter { $0.beforeEntryIndex <= cut }
    if earlier.early.isEmpty { return earlier }
    return bisect.space.has(earlier) ? earlier : nil
  }
}

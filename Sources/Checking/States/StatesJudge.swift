import Bytes
import CrashStates

/// Goes through the crash states of a recording and judges each that differs from those before it.
///
/// What a state shares with the plain prefix at its cut is judged there, so the prefixes of all cuts are
/// judged whichever tiers are asked for (``BaseWalk``).
final class StatesJudge {
  /// Two states with the same key get the same verdict.
  private struct StateKey: Hashable {
    var digest: Digest128
    var generation: Int
    var phase: Int
  }

  /// A timed enumeration goes through all states in rounds, each of about so many of every tier, spread
  /// over all cuts.
  private static let roundStateCount: UInt64 = 1024

  private let evidence: Evidence
  private let options: Judge.Options
  /// Those asked for, and what `recrash` needs to begin with; without what is refused.
  private let tiers: [Tier]
  private let space: StateSpace
  private let refusal: CrashStateError?
  private let isGoingOn: (_ stateCount: Int) -> Bool
  private let promises: Promises?
  private let judge: (any StateJudge)?
  private var judgement = Judgement()
  private var bases: BaseWalk
  private var disks: Set<Digest128> = []
  private var judged: Set<StateKey> = []

  init(
    _ evidence: Evidence, _ options: Judge.Options, _ isGoingOn: @escaping (Int) -> Bool
  ) {
    self.evidence = evidence
    self.options = options
    let asked = options.tiers.withFirstCrashes
    space = options.stateSpace(of: evidence, tiers: asked)
    refusal = space.refusal(of: asked)
    tiers = refusal == nil ? asked : asked.filter { $0 != .all }
    self.isGoingOn = isGoingOn
    promises = Promises(of: evidence)
    judge = evidence.stateJudge(promises, options)
    bases = BaseWalk(evidence.history)
    bases.isNeeded = needsBases
  }

  /// Where the tier `prefix` is gone through as a whole it has them all.
  private var needsBases: Bool {
    if tiers.contains(.prefix) && !isCounted { return false }
    switch judge?.baseUse ?? .never {
    case .always: return true
    case .unlessCounted: return !isCounted
    case .never: return false
    }
  }

  /// - Returns: counts, without the violations, which go to the list.
  func judge(_ list: inout ViolationList) -> Judgement {
    let counts = isCounted ? space.counts(of: tiers) : nil
    judgement.tiers = tiers.indices.map {
      Judgement.TierCount(tier: tiers[$0], totalStateCount: counts?[$0] ?? 0)
    }
    judgement.refusal = refusal
    judge(counts, &list)
    if !judgement.isCutShort { judgeBases(upToCut: evidence.history.entryCount, &list) }
    for cut in evidence.client?.closedCuts ?? [] {
      list.add(judge?.judgeClosed(atCut: cut) ?? [])
    }
    judgement.limit = judge?.limit
    if let count = judge?.recrashCount { judgement.add(count) }
    judgement.promiseCount = promises?.promiseCount(atCut: evidence.history.entryCount) ?? 0
    if !evidence.format.isRaw, evidence.index.entryCount > 0 {
      judgement.structureStateCount = judgement.stateCount
    }
    return judgement
  }

  /// Whether somebody wants to know how many states there would be.
  private var isCounted: Bool { options.maximumStateCount != nil || options.isTimed }

  private func judge(_ counts: [UInt64]?, _ list: inout ViolationList) {
    guard let counts else { return judgeAll(nil, &list) }
    if let maximum = options.maximumStateCount {
      let sample = StateSample(stateCounts: counts, maximumStateCount: maximum)
      return judgeAll(sample, &list)
    }
    var sample = StateSample(partCounts: counts.map { $0 / Self.roundStateCount + 1 })
    for part in 0..<(sample.partCounts.max() ?? 1) where !judgement.isCutShort {
      sample.part = part
      judgeAll(sample, &list)
    }
  }

  private func judgeAll(_ sample: StateSample?, _ list: inout ViolationList) {
    for (tier, state) in StateEnumerator(space, tiers: tiers, sample: sample) {
      if judgement.stateCount % 32 == 31, !isGoingOn(judgement.stateCount) {
        judgement.isCutShort = true
        return
      }
      judgeBases(upToCut: state.cut, &list)
      judge(state, tierPlace: tiers.firstIndex(of: tier) ?? 0, &list)
      if let obstacle = judge?.obstacle {
        judgement.obstacle = obstacle
        judgement.isCutShort = true
        return
      }
    }
  }

  /// Judges the prefixes up to a cut that were not judged yet. They are no states of a tier, and not
  /// counted as such.
  private func judgeBases(upToCut cut: Int, _ list: inout ViolationList) {
    while let base = bases.next(upToCut: cut) {
      if base.cut % 1024 == 1023, !isGoingOn(judgement.stateCount) {
        judgement.isCutShort = true
        return
      }
      if let found = judge?.judge(base) { list.add(found) }
    }
  }

  private func judge(_ state: CrashState, tierPlace: Int, _ list: inout ViolationList) {
    judgement.stateCount += 1
    judgement.tiers[tierPlace].stateCount += 1
    let key = StateKey(
      digest: evidence.history.digest(of: state),
      generation: promises?.generation(atCut: state.cut) ?? 0,
      phase: judge?.phase(atCut: state.cut) ?? 0)
    guard judged.insert(key).inserted else { return }
    judgement.judgedStateCount += 1
    judgement.tiers[tierPlace].judgedStateCount += 1
    if disks.insert(key.digest).inserted {
      judgement.distinctStateCount += 1
      judgement.tiers[tierPlace].distinctStateCount += 1
    }
    guard let found = judge?.judge(state), !found.isEmpty else { return }
    noteBroken(found.filter { !list.contains($0.rule) }, tierPlace: tierPlace)
    list.add(found)
  }

  /// Notes in which tier a rule was broken first.
  private func noteBroken(_ violations: [Violation], tierPlace: Int) {
    for violation in violations {
      let isInRecovery = violation.state?.recovery != nil
      let place = isInRecovery ? tiers.firstIndex(of: .recrash) ?? tierPlace : tierPlace
      if !judgement.tiers[place].brokenRules.contains(violation.rule) {
        judgement.tiers[place].brokenRules.append(violation.rule)
      }
    }
  }
}

extension Evidence {
  /// Judges the states of this recording one after the other; `nil` where nothing is promised of a raw
  /// disk.
  fileprivate func stateJudge(
    _ promises: Promises?, _ options: Judge.Options
  ) -> (any StateJudge)? {
    if let read = opaqueReader {
      return OpaqueStateJudge(history: history, promises: promises, read: read)
    }
    if format.isRaw { return promises.map { PromiseJudge(history: history, promises: $0) } }
    return ImageStateJudge(
      history: history, format: format, promises: promises,
      secondCrash: options.tiers.contains(.recrash)
        ? format.secondCrashJudge(seed: options.seed) : nil)
  }
}

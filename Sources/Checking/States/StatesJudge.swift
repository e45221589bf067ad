import CrashStates

/// Goes through the crash states of a recording and judges each that differs from those before it.
///
/// What a state shares with the plain prefix at its cut is judged there, so the prefixes of all cuts are
/// judged whichever tiers are asked for (``BaseWalk``).
final class StatesJudge {
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
  /// The part of the states that is judged; `nil` for all, or for one part after the other.
  private let sample: StateSample?
  /// How many states each tier has; `nil` where nobody wants to know.
  private let totalCounts: [UInt64]?
  private var judgement = Judgement()
  private var walk: StateWalk
  private var bases: BaseWalk
  /// A state before which prefixes are judged.
  private var held: StateWalk.Candidate?
  private var violations = ViolationList()

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
    let chosen = options.sample(of: space, tiers)
    sample = chosen?.sample
    judgement.sampledFrom = chosen?.sampledFrom
    totalCounts = chosen?.stateCounts ?? (options.isTimed ? space.counts(of: tiers) : nil)
    walk = StateWalk(space.recording, tiers: tiers, totalCounts: totalCounts)
    bases = BaseWalk(evidence.history)
    bases.isNeeded = needsBases
  }

  /// Where the tier `prefix` is gone through as a whole it has them all.
  private var needsBases: Bool {
    if tiers.contains(.prefix) && totalCounts == nil { return false }
    switch judge?.baseUse ?? .never {
    case .always: return true
    case .unlessCounted: return totalCounts == nil
    case .never: return false
    }
  }

  /// - Returns: counts, without the violations, which go to the list.
  func judge(_ list: inout ViolationList) -> Judgement {
    violations = list
    judgement.refusal = refusal
    judgeTiers()
    if !walk.isCutShort { carryOut { self.nextBase(upToCut: self.evidence.history.entryCount) } }
    walk.count(in: &judgement)
    for cut in evidence.client?.closedCuts ?? [] {
      violations.add(judge?.judgeClosed(atCut: cut) ?? [])
    }
    list = violations
    judgement.limit = judge?.limit
    if let count = judge?.recrashCount { judgement.add(count) }
    judgement.promiseCount = promises?.promiseCount(atCut: evidence.history.entryCount) ?? 0
    if !evidence.format.isRaw, evidence.index.entryCount > 0 {
      judgement.structureStateCount = judgement.stateCount
    }
    return judgement
  }

  private func judgeTiers() {
    guard let counts = totalCounts else { return judgeAll(nil) }
    if let sample { return judgeAll(sample) }
    var sample = StateSample(partCounts: counts.map { $0 / Self.roundStateCount + 1 })
    for part in 0..<(sample.partCounts.max() ?? 1) where !walk.isCutShort {
      sample.part = part
      judgeAll(sample)
    }
  }

  private func judgeAll(_ sample: StateSample?) {
    walk.begin(StateEnumerator(space, tiers: tiers, sample: sample))
    carryOut(nextTask)
  }

  /// Looks at tasks one after the other, or several threads at several of them.
  private func carryOut(_ next: @escaping () -> StateTask?) {
    guard let judge else {
      while next() != nil {}
      return
    }
    if let threads = options.threads, threads.count > 1, judge.canBeShared {
      let tasks = SharedTasks(next: next, makeJudge: makeJudge, conclude: conclude)
      threads.run { tasks.work() }
    } else {
      while let task = next() { conclude(task, judge.examine(task)) }
    }
  }

  /// One more, for another thread.
  private func makeJudge() -> any StateJudge {
    guard let judge = evidence.stateJudge(promises?.unshared, options) else {
      preconditionFailure("what one judges another can judge")
    }
    return judge
  }

  /// The next state, after the prefixes up to its cut.
  private func nextTask() -> StateTask? {
    if held == nil {
      held = walk.next(isGoingOn: isGoingOn(afterCount:), circumstances: circumstances)
    }
    guard let candidate = held else { return nil }
    if let base = nextBase(upToCut: candidate.state.cut) { return base }
    held = nil
    var task = judge?.prepare(candidate.state) ?? StateTask(candidate.state)
    task.candidate = candidate
    return task
  }

  private func isGoingOn(afterCount stateCount: Int) -> Bool {
    stateCount % 32 != 31 || isGoingOn(stateCount)
  }

  private func circumstances(atCut cut: Int) -> StateWalk.Circumstances {
    StateWalk.Circumstances(
      generation: promises?.generation(atCut: cut) ?? 0, phase: judge?.phase(atCut: cut) ?? 0)
  }

  /// The next prefix up to a cut that was not judged yet. They are no states of a tier, and not counted as such.
  private func nextBase(upToCut cut: Int) -> StateTask? {
    guard !walk.isCutShort, let base = bases.next(upToCut: cut) else { return nil }
    if base.cut % 1024 == 1023, !isGoingOn(walk.stateCount) {
      walk.isCutShort = true
      return nil
    }
    return judge?.prepare(base)
  }

  private func conclude(_ task: StateTask, _ findings: StateFindings) {
    guard let judge else { return }
    let found = judge.conclude(task, findings)
    if let candidate = task.candidate {
      for violation in found where !violations.contains(violation.rule) {
        walk.noteBroken(
          violation.rule, by: candidate, isInRecovery: violation.state?.recovery != nil)
      }
    }
    violations.add(found)
    if let obstacle = judge.obstacle {
      judgement.obstacle = obstacle
      walk.isCutShort = true
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
      self, promises, .enumerated,
      secondCrash: options.tiers.contains(.recrash)
        ? format.secondCrashJudge(seed: options.seed) : nil)
  }
}

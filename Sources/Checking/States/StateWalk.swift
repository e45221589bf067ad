import Bytes
import CrashStates
import Rules

/// Goes through the crash states of a recording, gives out each that no state before was like, and counts: the
/// one loop of everything that judges states, whatever asks about them.
package struct StateWalk {
  /// A state that is to be judged.
  package struct Candidate: Sendable {
    package let state: CrashState
    /// Of the disk, or of the folder.
    package let digest: Digest128
    /// Whether no state before had these bytes, whatever was promised then.
    package let isDistinct: Bool
    package let tier: Tier
    fileprivate let tierPlace: Int
  }

  /// What beside its bytes tells a state from another: two with the same ones get the same verdict.
  package struct Circumstances: Hashable, Sendable {
    /// Of the promises in force.
    package var generation: Int
    package var phase: Int

    package init(generation: Int = 0, phase: Int = 0) {
      self.generation = generation
      self.phase = phase
    }
  }

  private struct Key: Hashable {
    var digest: Digest128
    var circumstances: Circumstances
  }

  private let recording: Recording
  private let firstCut: Int
  private var states: StateEnumerator.Iterator?
  private var seen: Set<Digest128> = []
  private var judged: Set<Key> = []
  private var leftOut: (path: FilePath, stateCount: Int)?

  /// States that were gone through, but for those whose contents nobody knows.
  package private(set) var stateCount = 0
  package private(set) var judgedStateCount = 0
  package private(set) var distinctStateCount = 0
  package private(set) var tiers: [Judgement.TierCount]
  /// Whether somebody ended it.
  package var isCutShort = false

  /// - Parameters:
  ///   - tiers: those that are counted apart.
  ///   - totalCounts: how many states each of them has; `nil` where nobody wants to know.
  ///   - firstCut: states of earlier cuts are left out.
  package init(
    _ recording: Recording, tiers: [Tier] = [], totalCounts: [UInt64]? = nil, firstCut: Int = 0
  ) {
    self.recording = recording
    self.firstCut = firstCut
    self.tiers = tiers.indices.map {
      Judgement.TierCount(tier: tiers[$0], totalStateCount: totalCounts?[$0] ?? 0)
    }
  }

  /// Goes on with these states; what was given out before is not given out again.
  package mutating func begin(_ states: StateEnumerator) { self.states = states.makeIterator() }

  /// - Parameters:
  ///   - isGoingOn: asked before each state with the count of states so far; `false` cuts the walk short.
  ///   - circumstances: those of a cut.
  /// - Returns: `nil` at the end.
  package mutating func next(
    isGoingOn: (_ stateCount: Int) -> Bool,
    circumstances: (_ cut: Int) -> Circumstances = { _ in Circumstances() }
  ) -> Candidate? {
    while !isCutShort, let (tier, state) = states?.next() {
      if state.cut < firstCut { continue }
      guard isGoingOn(stateCount) else {
        isCutShort = true
        return nil
      }
      if let path = recording.unknownPath(in: state) {
        leftOut = (leftOut?.path ?? path, (leftOut?.stateCount ?? 0) + 1)
        continue
      }
      if let candidate = take(state, tier, circumstances(state.cut)) { return candidate }
    }
    return nil
  }

  /// At most `count` more; none at the end.
  package mutating func next(
    count: Int, isGoingOn: (_ stateCount: Int) -> Bool,
    circumstances: (_ cut: Int) -> Circumstances = { _ in Circumstances() }
  ) -> [Candidate] {
    var batch: [Candidate] = []
    while batch.count < count,
      let candidate = next(isGoingOn: isGoingOn, circumstances: circumstances)
    {
      batch.append(candidate)
    }
    return batch
  }

  private mutating func take(
    _ state: CrashState, _ tier: Tier, _ circumstances: Circumstances
  ) -> Candidate? {
    let place = tiers.firstIndex { $0.tier == tier } ?? 0
    stateCount += 1
    if !tiers.isEmpty { tiers[place].stateCount += 1 }
    let digest = recording.digest(of: state)
    guard judged.insert(Key(digest: digest, circumstances: circumstances)).inserted else {
      return nil
    }
    let isDistinct = seen.insert(digest).inserted
    judgedStateCount += 1
    distinctStateCount += isDistinct ? 1 : 0
    if !tiers.isEmpty {
      tiers[place].judgedStateCount += 1
      tiers[place].distinctStateCount += isDistinct ? 1 : 0
    }
    return Candidate(
      state: state, digest: digest, isDistinct: isDistinct, tier: tier, tierPlace: place)
  }

  /// Notes in which tier a rule was broken first.
  ///
  /// - Parameter isInRecovery: whether it was broken while the state was recovered.
  package mutating func noteBroken(
    _ rule: Rule, by candidate: Candidate, isInRecovery: Bool = false
  ) {
    let recrash = isInRecovery ? tiers.firstIndex { $0.tier == .recrash } : nil
    let place = recrash ?? candidate.tierPlace
    if !tiers[place].brokenRules.contains(rule) { tiers[place].brokenRules.append(rule) }
  }

  /// Why some states were left out; `nil` where none were.
  package var leftOutReason: String? {
    leftOut.map { "\($0.stateCount) states are left out: \(UnknownContents(path: $0.path))" }
  }

  /// Writes down what was gone through.
  package func count(in judgement: inout Judgement) {
    judgement.stateCount = stateCount
    judgement.judgedStateCount = judgedStateCount
    judgement.distinctStateCount = distinctStateCount
    judgement.tiers = tiers
    judgement.isCutShort = isCutShort
  }
}

/// A state with a file whose contents the recording does not have.
package struct UnknownContents: Error, CustomStringConvertible {
  package var path: FilePath

  package init(path: FilePath) {
    self.path = path
  }

  package var description: String {
    """
    nobody knows what '\(path)' holds: it came from elsewhere, or its contents were not kept. Record again, and \
    let what brings it there copy it.
    """
  }
}

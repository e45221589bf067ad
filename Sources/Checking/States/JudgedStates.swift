import Bytes
import CrashStates

extension Judge.Options {
  /// The states that ``Judge`` goes through, for others that are to say something of the same ones: each
  /// once, in the same order. Those that a recovery leaves when it is cut (`recrash`) are not among them.
  package func states(of evidence: Evidence) -> StateEnumerator {
    sampledStates(of: evidence).states
  }

  /// The same; where nobody set a limit and there are more than usual, also how many there are.
  package func sampledStates(
    of evidence: Evidence
  ) -> (states: StateEnumerator, sampledFrom: UInt64?) {
    let space = stateSpace(of: evidence, tiers: tiers)
    let sample = sample(of: space, tiers)
    return (StateEnumerator(space, tiers: tiers, sample: sample?.sample), sample?.sampledFrom)
  }

  /// A part of the states, where all are too many; `nil` for all.
  func sample(
    of space: StateSpace, _ tiers: [Tier]
  ) -> (sample: StateSample, stateCounts: [UInt64], sampledFrom: UInt64?)? {
    guard !isTimed, maximumStateCount ?? usualStateCount != nil else { return nil }
    let counts = space.counts(of: tiers)
    return StateSample(
      stateCounts: counts, wantedStateCount: maximumStateCount, usualStateCount: usualStateCount
    ).map { ($0, counts, maximumStateCount == nil ? counts.stateSum : nil) }
  }

  /// What describes the disk before the payload (``ImageFormat/areas(of:)``).
  func stateSpace(of evidence: Evidence, tiers: [Tier]) -> StateSpace {
    StateSpace(
      evidence.history, tiers: tiers,
      origin: origin ?? LogOrigin(recognizing: evidence.index), seed: seed,
      areas: evidence.format.areas(of: evidence.history), cuts: cuts)
  }
}

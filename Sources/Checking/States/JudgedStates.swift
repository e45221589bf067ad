import Bytes
import CrashStates

extension Judge.Options {
  /// The states that ``Judge`` goes through, for others that are to say something of the same ones: each
  /// once, in the same order. Those that a recovery leaves when it is cut (`recrash`) are not among them.
  package func states(of evidence: Evidence) -> StateEnumerator {
    let space = stateSpace(of: evidence, tiers: tiers)
    let sample = maximumStateCount.map {
      StateSample(stateCounts: space.counts(of: tiers), maximumStateCount: $0)
    }
    return StateEnumerator(space, tiers: tiers, sample: sample)
  }

  /// What describes the disk before the payload (``ImageFormat/areas(of:)``).
  func stateSpace(of evidence: Evidence, tiers: [Tier]) -> StateSpace {
    StateSpace(
      evidence.history, tiers: tiers,
      origin: origin ?? LogOrigin(recognizing: evidence.index), seed: seed,
      areas: evidence.format.areas(of: evidence.history), cuts: cuts)
  }
}

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

  /// Headers, log and block table before what else describes the disk, and the payload last.
  func stateSpace(of evidence: Evidence, tiers: [Tier]) -> StateSpace {
    var areas: [[ByteRange]] = []
    if evidence.image != nil {
      let found = ImageAreas(evidence.history)
      areas = [found.recoverable, found.structures]
    }
    return StateSpace(
      evidence.history, tiers: tiers,
      origin: origin ?? LogOrigin(recognizing: evidence.index), seed: seed, areas: areas)
  }
}

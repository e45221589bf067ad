import VHDX

extension RecoveryOutcome {
  /// What opening did, in a few words.
  var summary: String {
    switch self {
    case .notNeeded: "the log is empty, nothing to replay"
    case .recovered(let summary):
      "replays entries \(summary.tailSequenceNumber) to \(summary.headSequenceNumber)"
    case .openedWithoutReplay: "opens, though no run of entries is complete"
    case .refused(let refusal): "refuses: \(refusal)"
    case .neverEnds: "never ends"
    }
  }
}

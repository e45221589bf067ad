import Bytes
import CrashStates
import Host
import WriteLog

extension TimedTask {
  /// From the file on disk to the digest of the state at every cut.
  static func digests(_ log: StandardLog) -> TimedTask {
    TimedTask(
      name: "digests",
      summary: "mapping, index, and the digest of the state after every entry",
      run: {
        let history = try DiskHistory(
          index: WriteLogIndex(reading: MappedFile.map(log.path)), base: nil,
          initialByteCount: StandardLog.deviceByteCount)
        var mixed: UInt64 = 0
        for cut in 0...history.entryCount { mixed ^= history.digest(atCut: cut).low }
        guard mixed != 0 else { throw BenchmarkError(description: "the digests cancel out") }
      })
  }

  /// Every state that loses up to so many writes of its epoch: no image is built for any.
  static func droppedStates(_ history: DiskHistory, upTo lostCount: Int) -> TimedTask {
    let tier = Tier.drop(lostCount)
    return TimedTask(
      name: "\(tier) digests",
      summary: "the digest of each of \(stateCount(history, tier)) states, from a prepared history",
      run: {
        var mixed: UInt64 = 0
        for found in StateEnumerator(history: history, tiers: [tier], seed: 1) {
          mixed ^= history.digest(of: found.state).low
        }
        guard mixed != 0 else { throw BenchmarkError(description: "the digests cancel out") }
      })
  }

  /// The states that lose up to two writes of an epoch, each epoch looked at where it ends: those that a
  /// reader sees who takes a log flush by flush.
  static func epochEnds(_ history: DiskHistory) -> TimedTask {
    var stateCount = 0
    forEachEpochEndState(of: history) { _ in stateCount += 1 }
    return TimedTask(
      name: "epoch digests",
      summary:
        "the digest of each of the \(stateCount) states that lost up to two writes of an epoch, "
        + "at its end",
      run: {
        var mixed: UInt64 = 0
        forEachEpochEndState(of: history) { mixed ^= history.digest(of: $0).low }
        guard mixed != 0 else { throw BenchmarkError(description: "the digests cancel out") }
      })
  }

  private static func forEachEpochEndState(
    of history: DiskHistory, _ body: (CrashState) -> Void
  ) {
    for cut in 1...history.entryCount
    where cut == history.entryCount || history.index[cut].flags.contains(.flush) {
      let optional = history.epoch(atCut: cut).optionalEntryIndices
      body(CrashState(cut: cut))
      for (place, first) in optional.enumerated() {
        body(CrashState(cut: cut, lost: [first]))
        for second in optional[(place + 1)...] {
          body(CrashState(cut: cut, lost: [first, second]))
        }
      }
    }
  }

  private static func stateCount(_ history: DiskHistory, _ tier: Tier) -> UInt64 {
    StateSpace(
      history, tiers: [tier], origin: LogOrigin(recognizing: history.index), seed: 1
    ).counts(of: [tier])[0]
  }
}

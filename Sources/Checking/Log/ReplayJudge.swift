import Bytes
import CrashStates
import Rules

/// L08: the state after the last entry is the live device.
struct ReplayJudge {
  let evidence: Evidence
  let live: LiveContents

  func judge() -> [Violation] {
    let history = evidence.history
    let last = CrashState(cut: history.entryCount, lost: [])
    let expected = live.digest
    let found = history.digest(atCut: history.entryCount)
    if expected == found { return [] }
    var lines = ["live device: digest \(expected), \(live.byteCount) bytes"]
    lines.append(
      "replayed log: digest \(found), \(history.byteCount(atCut: history.entryCount)) bytes")
    lines += hints
    guard live.byteCount == history.byteCount(atCut: history.entryCount) else {
      return [
        Violation(
          by: .replayJudge, .l08,
          """
          the live device has \(live.byteCount) bytes, the replayed one \
          \(history.byteCount(atCut: history.entryCount))
          """, state: last, evidence: lines)
      ]
    }
    let different = differentUnits(in: last)
    let first = different.first ?? 0
    lines.append("the first of \(different.count) units that differ is at byte \(first * 512)")
    return [
      Violation(
        by: .replayJudge, .l08,
        "byte \(first * 512) of the device is not what the log says", state: last,
        evidence: lines)
    ]
  }

  /// What else than a mistake of the writer can make the two differ.
  private var hints: [String] {
    var hints: [String] = []
    if case .unproven(let count) = evidence.index.tail,
      evidence.index.foreignTailIdentity == nil, evidence.index.entryWithoutData == nil
    {
      hints.append(
        "\(count) entries stand after the superblock's count and were left out: --use-tail takes them"
      )
    }
    if LogOrigin(recognizing: evidence.index) == .unknown {
      hints.append(
        "a log of dm-log-writes lacks what its device has until the target is removed: say --origin linux "
          + "where it is one")
    }
    return hints
  }

  /// Where neither has anything, nothing differs.
  private func differentUnits(in state: CrashState) -> [UInt64] {
    let history = evidence.history
    var different: [UInt64] = []
    var byteOffset: UInt64 = 0
    while let block = [
      history.nextTouchedBlock(from: byteOffset),
      live.nextDataByteOffset(from: byteOffset).map(DiskHistory.block(ofByte:)),
    ].compactMap(\.self).min(by: { $0.byteOffset < $1.byteOffset }),
      block.byteOffset < live.byteCount
    {
      let end = min(block.endByteOffset, live.byteCount)
      let part = ByteRange(byteOffset: block.byteOffset, byteCount: end - block.byteOffset)
      different += part.units.filter { unit in
        history.bytes(history.contents(ofUnit: unit, in: state)) != live.unit(at: unit)
      }
      byteOffset = block.endByteOffset
    }
    return different
  }
}

extension RegisteredJudge {
  static let liveDevice = RegisteredJudge([.l08]) { recording in
    let evidence = recording.evidence
    if evidence.traces?.logFailedAt != nil {
      return .lacking(Evidence.whatFailedLogLacks, for: [.l08])
    }
    guard let live = evidence.live else {
      return .lacking("the live device was not given (--live FILE)", for: [.l08])
    }
    if let obstacle = KernelLogEnd.obstacle(evidence, origin: recording.options.origin) {
      return .lacking(obstacle, for: [.l08])
    }
    return JudgeReport(ReplayJudge(evidence: evidence, live: live).judge())
  }
}

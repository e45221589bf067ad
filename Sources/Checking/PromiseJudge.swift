import Bytes
import CrashStates
import Workload

/// D01 to D07 for one crash state of a raw image: each unit that the state changes, and each whose
/// promise became stricter, holds a version that it may hold.
struct PromiseJudge {
  let history: DiskHistory
  let promises: Promises

  /// What is wrong with a state.
  ///
  /// What a state shares with the one before it was judged there: a prefix is compared in the units of
  /// its last entry and of the promises that are new at its cut, another state in the units of what
  /// it lost.
  func judge(_ state: CrashState) -> [Violation] {
    var violations: [Violation] = []
    for unit in units(of: state) {
      if let violation = judge(unit: unit, state) { violations.append(violation) }
    }
    if let violation = judgeLength(state) { violations.append(violation) }
    return violations
  }

  private func units(of state: CrashState) -> [UInt64] {
    if !state.lost.isEmpty { return history.affectedUnits(of: state) }
    return history.unitsOfLastEntry(atCut: state.cut)
      + promises.unitsOfNewPromises(atCut: state.cut)
  }

  private func judge(unit: UInt64, _ state: CrashState) -> Violation? {
    let contents = history.contents(ofUnit: unit, in: state)
    let hash = history.unitHash(contents)
    let isAllowed = promises.allows(
      hash, unit: unit, cut: state.cut,
      base: history.unitHash(history.contents(ofUnit: unit, in: CrashState(cut: 0, lost: []))))
    if isAllowed { return nil }
    return PromiseFinding(
      promises: promises, state: state, unit: unit, hash: hash,
      bytes: history.bytes(contents)
    ).violation
  }

  private func judgeLength(_ state: CrashState) -> Violation? {
    let byteCount = history.byteCount(of: state)
    if promises.allowsLength(byteCount, cut: state.cut) { return nil }
    let promised = promises.promisedLength(atCut: state.cut)
    return Violation(
      .d01, "the device has \(byteCount) bytes, and \(promised) were flushed", state: state)
  }
}

/// Why a unit's contents break a promise: which rule, and what to show.
private struct PromiseFinding {
  let promises: Promises
  let state: CrashState
  let unit: UInt64
  let hash: Digest128
  let bytes: [UInt8]

  private var byteOffset: UInt64 { unit * UInt64(StateSum.unitByteCount) }

  var violation: Violation {
    let submitted = promises.submitted(unit: unit, cut: state.cut)
    let durable = submitted.filter { $0.isDurable(atCut: state.cut) }
    let missing = durable.max { $0.record.beganAt < $1.record.beganAt }
    let held = submitted.last { $0.hash(ofUnit: unit) == hash }
    return Violation(
      rule(missing: missing, held: held, submitted: submitted),
      missing.map {
        "byte \(byteOffset) holds \(name(held)), and must hold \(name($0)) or a later version"
      } ?? "byte \(byteOffset) holds \(name(held)), which no operation wrote there",
      state: state,
      operations: [missing, held].compactMap { $0?.record.operation.identifier },
      evidence: durable.map { "flushed: \($0.record.operation), task \($0.record.operation.task)" }
        + ["found: \(name(held)); first bytes \(bytes.prefix(32).map(hexDigits).joined())"])
  }

  private func rule(
    missing: Promises.Version?, held: Promises.Version?, submitted: [Promises.Version]
  ) -> Rule {
    if held == nil, let claim = StampedUnit(claimedBy: bytes) {
      return claim.isWhole(bytes) ? .d03 : .d02
    }
    guard let missing else { return held == nil ? .d03 : .d01 }
    let isBesideError = submitted.contains { other in
      guard other.record.errorName != nil, let failedAt = other.record.endedAt,
        let endedAt = missing.record.endedAt
      else { return false }
      return failedAt > endedAt
        || other.record.beganAt < endedAt && failedAt > missing.record.beganAt
    }
    if isBesideError { return .d07 }
    if missing.isDurableByClose { return .d06 }
    switch missing.record.operation.action {
    case .writeZeroes, .discard: return .d04
    default: return missing.record.operation.isFUA ? .d05 : .d01
    }
  }

  private func name(_ version: Promises.Version?) -> String {
    if let version { return "\(version.record.operation)" }
    if let claim = StampedUnit(claimedBy: bytes) {
      return "a unit of operation #\(claim.operation) for byte \(claim.byteOffset)"
    }
    return bytes.allSatisfy { $0 == 0 } ? "zeroes" : "other bytes"
  }

  private func hexDigits(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }
}

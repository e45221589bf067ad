import Bytes
import CrashStates
import Rules
import Workload

/// Why a unit's contents break a promise: which rule, and what to show.
struct PromiseFinding {
  let promises: Promises
  let state: CrashState
  let unit: UInt64
  let hash: Digest128
  let bytes: [UInt8]
  /// Whether the format leaves open what the unit holds.
  var isUndefined = false

  private var byteOffset: UInt64 { unit * UInt64(StateSum.unitByteCount) }

  var violation: Violation {
    let submitted = promises.submitted(unit: unit, cut: state.cut)
    let durable = submitted.filter { $0.isDurable(atCut: state.cut) }
    let missing = durable.max { $0.record.beganAt < $1.record.beganAt }
    let held = isUndefined ? nil : submitted.last { $0.hash(ofUnit: unit) == hash }
    var violation = Violation(
      by: .promises, rule(missing: missing, held: held, submitted: submitted),
      missing.map {
        "byte \(byteOffset) holds \(name(held)), and must hold \(name($0)) or a later version"
      } ?? "byte \(byteOffset) holds \(name(held)), which no operation wrote there",
      state: state,
      operations: [missing, held].compactMap { $0?.record.operation.identifier }
        + (missing?.flush.map { [$0.identifier] } ?? []),
      evidence: durable.map(promise)
        + [found(held)])
    violation.byteOffset = byteOffset
    return violation
  }

  private func rule(
    missing: Promises.Version?, held: Promises.Version?, submitted: [Promises.Version]
  ) -> Rule {
    if isUndefined, missing == nil { return .d01 }
    if held == nil, !isUndefined, let claim = promises.contents.claim(of: bytes) {
      return claim.isWhole ? .d03 : .d02
    }
    guard let missing else { return held == nil ? .d03 : .d01 }
    let isBesideError = submitted.contains { other in
      guard other.record.errorName != nil, let failedAt = other.record.endedAt,
        let endedAt = missing.record.endedAt
      else { return false }
      return failedAt > endedAt
        || other.record.beganAt < endedAt && failedAt > missing.record.beganAt
    }
    if isBesideError || promises.hasUnreportedError { return .d07 }
    if missing.isDurableByClose { return .d06 }
    switch missing.record.operation.action {
    case .writeZeroes, .discard: return .d04
    default: return missing.record.operation.isFUA ? .d05 : .d01
    }
  }

  private func promise(_ version: Promises.Version) -> String {
    let operation = version.record.operation
    let how = version.flush.map { "by \($0), task \($0.task)" } ?? "by itself"
    return "flushed: \(operation), task \(operation.task), \(how)"
  }

  private func found(_ held: Promises.Version?) -> String {
    if isUndefined {
      return "found: a block whose contents are undefined, of which a reader may show anything"
    }
    return "found: \(name(held)); first bytes \(bytes.prefix(32).hexDigits())"
  }

  private func name(_ version: Promises.Version?) -> String {
    if let version { return "\(version.record.operation)" }
    if isUndefined { return "nothing that is defined" }
    if let claim = promises.contents.claim(of: bytes) {
      let place = claim.byteOffset.map { " for byte \($0)" } ?? ""
      return "a unit of operation #\(claim.operation)\(place)"
    }
    return bytes.allSatisfy { $0 == 0 } ? "zeroes" : "other bytes"
  }
}

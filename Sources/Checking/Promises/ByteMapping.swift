import Bytes
import CrashStates
import Rules
import Workload

/// Looks at the client's disk in a crash state, around what breaks a promise.
struct ByteMapping {
  /// More units than these are no map any more.
  private static let maximumUnitCount: UInt64 = 128
  /// Of which so many lie in front of the first wrong one.
  private static let unitCountBefore: UInt64 = 32

  let promises: Promises
  let disk: DiskOfState
  let cut: Int

  /// - Parameter violation: one that says which bytes are wrong.
  func map(of violation: Violation) -> ByteMap? {
    guard let byteOffset = violation.byteOffset else { return nil }
    let unit = byteOffset / UInt64(StateSum.unitByteCount)
    let pieces = units(around: unit, violation.operations).map(piece)
    return pieces.contains(where: \.isWrong) ? ByteMap(pieces) : nil
  }

  /// Those of the operations that the violation names, and one more on either side.
  private func units(around unit: UInt64, _ operations: [UInt64]) -> Range<UInt64> {
    let named = promises.versions(ofUnit: unit).map { ($0.record.operation, $0.units) }
      .filter { operations.contains($0.0.identifier) && $0.0.action != .resize }
    var first = min(unit, named.map(\.1.lowerBound).min() ?? unit)
    var end = max(unit + 1, named.map(\.1.upperBound).max() ?? unit + 1)
    first = max(first > 0 ? first - 1 : 0, unit - min(unit, Self.unitCountBefore))
    let unitCount = disk.byteCount / UInt64(StateSum.unitByteCount)
    end = min(end + 1, first + Self.maximumUnitCount, max(unitCount, unit + 1))
    return first..<end
  }

  private func piece(_ unit: UInt64) -> ByteMap.Piece {
    let bytes = disk.bytes(unit)
    let hash = Checksum.xxh3Wide(bytes)
    let initial = disk.initialHash(unit)
    let isUndefined = disk.isUndefined(unit)
    let isAllowed =
      isUndefined
      ? promises.allowsAnything(unit: unit, cut: cut, base: initial)
      : promises.allows(hash, unit: unit, cut: cut, base: initial)
    let submitted = promises.submitted(unit: unit, cut: cut)
    let promised = submitted.filter { $0.isDurable(atCut: cut) }
      .max { $0.record.beganAt < $1.record.beganAt }
    let unitByteCount = UInt64(StateSum.unitByteCount)
    return ByteMap.Piece(
      ByteRange(byteOffset: unit * unitByteCount, byteCount: unitByteCount), isWrong: !isAllowed,
      isUndefined
        ? .undefined : contents(bytes, hash, unit, isInitial: hash == initial, submitted),
      promised: promised?.record.operation)
  }

  private func contents(
    _ bytes: [UInt8], _ hash: Digest128, _ unit: UInt64, isInitial: Bool,
    _ submitted: [Promises.Version]
  ) -> ByteMap.Contents {
    if let held = submitted.last(where: { $0.hash(ofUnit: unit) == hash }) {
      return .version(held.record.operation)
    }
    if hash == StateSum.zeroUnitHash { return .zeroes }
    if isInitial { return .initial }
    guard let claim = promises.contents.claim(of: bytes) else { return .other }
    if !claim.isWhole { return .mixture(operation: claim.operation) }
    let place = unit * UInt64(StateSum.unitByteCount)
    return .moved(
      operation: claim.operation,
      distance: claim.byteOffset.map { Int64(bitPattern: $0 &- place) })
  }
}

extension SingleStateJudge {
  /// The map of the bytes that break a promise; `nil` where it is not about bytes of the client's disk, or that
  /// disk cannot be read any more.
  package func byteMap(of violation: Violation) -> ByteMap? {
    // What a recovery that was cut off leaves is no state of the log.
    guard violation.byteOffset != nil, let state = violation.state, state.recovery == nil,
      let promises, let disk = judge.disk(in: state)
    else { return nil }
    return ByteMapping(promises: promises, disk: disk, cut: state.cut).map(of: violation)
  }
}

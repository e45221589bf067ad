import Bytes
import CrashStates
import Workload
import WriteLog

/// A read that returned what it must not: which unit, and what to show.
struct ReadFinding {
  private let read: ClientHistory.Record
  private let unit: UInt64
  private let source: ReadContents.Source
  /// What had taken effect before, and nothing had superseded.
  private let newest: [UnitRegister.Known]
  private let promises: Promises
  /// How many units of the read are wrong.
  var wrongUnitCount = 0

  init(
    _ read: ClientHistory.Record, _ unit: UInt64, _ source: ReadContents.Source,
    _ newest: [UnitRegister.Known], _ promises: Promises
  ) {
    self.read = read
    self.unit = unit
    self.source = source
    self.newest = newest
    self.promises = promises
  }

  var violation: Violation {
    let operation = read.operation
    let last = newest.max { $0.version.record.beganAt < $1.version.record.beganAt }
    let expected =
      last.map { ", and must return \($0.version.record.operation) or a later version" }
      ?? ", which no operation wrote there"
    let held = writer?.operation.identifier
    return Violation(
      by: .reads, .d11,
      "\(operation) returned \(name) for byte \(unit * UInt64(StateSum.unitByteCount))\(expected)",
      operations: [operation.identifier]
        + [last?.version.record.operation.identifier, held].compactMap { $0 },
      evidence: newest.map(describe) + [
        "wrong are \(wrongUnitCount) of the \(operation.range.units.count) units that were read"
      ])
  }

  /// The operation whose contents were returned, where it wrote there.
  private var writer: ClientHistory.Record? {
    guard case .operation(let number) = source else { return nil }
    return promises.versions(ofUnit: unit)
      .first { $0.record.operation.identifier == number }?.record
  }

  private var name: String {
    switch source {
    case .zeroes: return "zeroes"
    case .operation(let number): return writer.map { "\($0.operation)" } ?? "what #\(number) writes"
    case .other(let hash): return place(of: hash) ?? "other bytes (XXH3-128 \(hash))"
    }
  }

  /// Where else on the disk contents of this hash were written.
  private func place(of hash: Digest128) -> String? {
    for version in promises.versions {
      guard let place = version.unitHashes.firstIndex(of: hash) else { continue }
      let byteOffset = (version.units.lowerBound + UInt64(place)) * UInt64(StateSum.unitByteCount)
      return "what \(version.record.operation) wrote to byte \(byteOffset)"
    }
    return nil
  }

  private func describe(_ known: UnitRegister.Known) -> String {
    let operation = known.version.record.operation
    if let read = known.read {
      return
        "returned before it began: \(operation), by \(read.operation), task \(read.operation.task)"
    }
    return "complete before it began: \(operation), task \(operation.task)"
  }
}

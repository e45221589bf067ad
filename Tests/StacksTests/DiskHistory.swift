import Bytes

/// What clients of a disk did, and so what each sector may hold after a power cut.
///
/// A small oracle, written for these tests alone: it knows nothing of images and logs.
final class DiskHistory: @unchecked Sendable {
  struct Operation {
    var range: ByteRange
    /// 0 for zeroes.
    var stamp: UInt64
    var isFUA: Bool
    var submittedAt: UInt64
    var endedAt: UInt64?
    var failed = false
  }

  private struct Flush {
    var submittedAt: UInt64
    var endedAt: UInt64
  }

  static let sectorByteCount: UInt64 = 512

  private(set) var operations: [Operation] = []
  private var flushes: [Flush] = []
  /// What the disk held at first.
  private let initial: SparseBytes

  init(initial: SparseBytes) {
    self.initial = initial
  }

  func begin(_ range: ByteRange, stamp: UInt64, isFUA: Bool, at event: UInt64) -> Int {
    operations.append(
      Operation(range: range, stamp: stamp, isFUA: isFUA, submittedAt: event))
    return operations.count - 1
  }

  func end(_ index: Int, failed: Bool, at event: UInt64) {
    operations[index].endedAt = event
    operations[index].failed = failed
  }

  func noteFlush(from submittedAt: UInt64, to endedAt: UInt64) {
    flushes.append(Flush(submittedAt: submittedAt, endedAt: endedAt))
  }

  /// The bytes that an operation leaves in a sector.
  static func bytes(stamp: UInt64, sectorIndex: UInt64) -> [UInt8] {
    if stamp == 0 { return [UInt8](repeating: 0, count: Int(sectorByteCount)) }
    var writer = ByteWriter()
    for _ in 0..<sectorByteCount / 16 {
      writer.write(stamp)
      writer.write(sectorIndex)
    }
    return writer.bytes
  }

  static func bytes(stamp: UInt64, range: ByteRange) -> [UInt8] {
    (range.byteOffset / sectorByteCount..<range.endByteOffset / sectorByteCount).flatMap {
      bytes(stamp: stamp, sectorIndex: $0)
    }
  }

  /// Why what `read` gives cannot be what a power cut at `event` left; `nil` where it can.
  func problem(at event: UInt64, in range: ByteRange, _ read: (ByteRange) throws -> [UInt8])
    rethrows -> String?
  {
    let found = try read(range)
    let submitted = operations.filter { $0.submittedAt <= event && $0.range.overlaps(range) }
    let durable = submitted.filter { isDurable($0, at: event) }
    for sectorIndex in range.units {
      let start = Int(sectorIndex * Self.sectorByteCount - range.byteOffset)
      let sector = ByteRange(
        byteOffset: sectorIndex * Self.sectorByteCount, byteCount: Self.sectorByteCount)
      let own = submitted.filter { $0.range.overlaps(sector) }
      let bytes = Array(found[start..<start + Int(Self.sectorByteCount)])
      if own.isEmpty {
        if bytes == initial.read(sector) { continue }
        return "sector \(sectorIndex) was never written and holds \(bytes[..<16])"
      }
      let ownDurable = durable.filter { $0.range.overlaps(sector) }
      let isAllowed =
        own.contains { candidate in
          bytes == Self.bytes(stamp: candidate.stamp, sectorIndex: sectorIndex)
            && !ownDurable.contains { Self.isBefore(candidate, $0) }
        } || (ownDurable.isEmpty && bytes == initial.read(sector))
      if !isAllowed {
        return "sector \(sectorIndex) holds \(bytes[..<16]); durable are "
          + "\(ownDurable.map(\.stamp)) of \(own.map(\.stamp))"
      }
    }
    return nil
  }

  private static func isBefore(_ first: Operation, _ second: Operation) -> Bool {
    first.endedAt.map { $0 < second.submittedAt } ?? false
  }

  private func isDurable(_ operation: Operation, at event: UInt64) -> Bool {
    guard let endedAt = operation.endedAt, endedAt <= event, !operation.failed else {
      return false
    }
    return operation.isFUA
      || flushes.contains { $0.submittedAt > endedAt && $0.endedAt <= event }
  }
}

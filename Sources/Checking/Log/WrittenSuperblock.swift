import BlockDevice
import Bytes
import WriteLog

/// A superblock that a simulated logger put on its log device. Times are event numbers of the simulation.
struct WrittenSuperblock {
  var entryCount: Int
  var submittedAt: UInt64
  /// When it was on stable media; `nil` if never.
  var stableAt: UInt64?

  /// Reads the superblocks out of the trace of a log device, in the order of their submission.
  static func all(in trace: [DeviceOperation]) -> [WrittenSuperblock] {
    trace.compactMap { operation in
      guard operation.action == .write, operation.range.byteOffset == 0, operation.error == nil,
        let parsed = try? Superblock(parsing: ByteRegion(operation.bytes))
      else { return nil }
      return WrittenSuperblock(
        entryCount: Int(clamping: parsed.entryCount), submittedAt: operation.submittedAt,
        stableAt: operation.stableAt)
    }
  }
}

extension [WrittenSuperblock] {
  /// How many entries the one counts that is on stable media at a time; 0 where none is.
  func stableEntryCount(at event: UInt64) -> Int {
    self.filter { $0.stableAt.map { $0 <= event } ?? false }
      .max { ($0.stableAt ?? 0, $0.submittedAt) < ($1.stableAt ?? 0, $1.submittedAt) }?
      .entryCount ?? 0
  }

  /// When, after a time, one became stable that counts so many entries or fewer; `nil` where none did.
  func firstStable(after event: UInt64, counting entryCount: Int) -> UInt64? {
    self.filter { $0.entryCount <= entryCount }
      .compactMap(\.stableAt).filter { $0 > event }.min()
  }
}

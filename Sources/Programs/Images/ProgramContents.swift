import Bytes
import Scheduling
import Workload
import WriteLog

/// What the writes of a program's client hold, and whose contents a read has returned.
struct ProgramContents {
  let style: ContentsStyle
  let seed: Seed

  /// What a write writes.
  func bytes(of operation: ClientOperation) -> [UInt8] {
    style.bytes(seed: seed, operation: operation.identifier, range: operation.range)
  }

  /// XXH3-64 of what a write writes.
  func digest(of operation: ClientOperation) -> UInt64 { Checksum.xxh3(bytes(of: operation)) }

  /// - Throws: ``ProgramFailure`` where it is not as long as what was asked for.
  func read(_ bytes: [UInt8], by operation: ClientOperation) throws -> ReadContents {
    guard bytes.count == Int(operation.range.byteCount) else {
      throw ProgramFailure(
        reason:
          "\(operation) was answered with \(bytes.count) bytes, expected \(operation.range.byteCount)"
      )
    }
    return style.contents(ofRead: bytes, operation.range, seed: seed)
  }
}

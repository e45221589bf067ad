import Bytes
import Rules

/// Why the bytes at a place of the log are no entry that replay may use.
package struct OracleDefect: Error, CustomStringConvertible {
  /// Of the catalogue, E01 to E11.
  package var rule: Rule
  package var what: String
  /// Where in the file the field stands.
  package var fileByteOffset: UInt64
  package var expected: String
  package var found: String
  /// Whether it is an entry of another log: one that was in this place of the file before.
  package var isForeign = false

  package var description: String {
    "\(rule) \(what) at byte \(fileByteOffset): expected \(expected), found \(found)"
  }
}

/// What stands at a place of the ring that begins like an entry.
///
/// Source: [MS-VHDX] 2.3.1.1.
package struct OracleEntry {
  /// From the ring's start.
  package var place: UInt64
  package var byteCount: UInt64
  package var tail: UInt64
  package var sequenceNumber: UInt64
  package var descriptorCount: UInt64
  package var flushedByteCount: UInt64
  package var lastByteCount: UInt64
  /// `nil` where the entry is valid by itself.
  package var defect: OracleDefect?

  package var sectorIndex: UInt64 { place / OracleLog.sectorByteCount }
  package var isValid: Bool { defect == nil }

  init(_ header: OracleBytes, at place: UInt64) {
    self.place = place
    byteCount = header.u32(8)
    tail = header.u32(12)
    sequenceNumber = header.u64(16)
    descriptorCount = header.u32(24)
    flushedByteCount = header.u64(48)
    lastByteCount = header.u64(56)
  }

  /// 64 bytes of header and 32 for each descriptor, in whole sectors.
  var descriptorSectorCount: UInt64 {
    (64 + 32 * descriptorCount + OracleLog.sectorByteCount - 1) / OracleLog.sectorByteCount
  }
}

/// What one descriptor does to the file.
///
/// Source: [MS-VHDX] 2.3.1.2 and 2.3.1.3.
package struct OracleUpdate {
  package var fileByteOffset: UInt64
  package var byteCount: UInt64
  /// What a data descriptor keeps of its sector: the first 8 and the last 4 bytes; `nil` for zeroes.
  package var kept: (leading: [UInt8], trailing: [UInt8])?
  /// Where in the ring its data sector stands; only with `kept`.
  package var dataPlace: UInt64 = 0

  package var isData: Bool { kept != nil }

  /// `nil` where the end does not fit into 64 bits.
  package var target: ByteRange? { ByteRange(checking: fileByteOffset, byteCount: byteCount) }

  /// Whether it changes any byte of a range, as far as its end fits into 64 bits.
  package func touches(_ range: ByteRange) -> Bool {
    fileByteOffset < range.endByteOffset
      && (fileByteOffset >= range.byteOffset || byteCount > range.byteOffset - fileByteOffset)
      && byteCount > 0
  }
}

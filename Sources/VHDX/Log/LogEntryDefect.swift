import Rules

/// Why the bytes at a place of the log are no entry that replay may use.
package struct LogEntryDefect: Error, Equatable, Sendable, CustomStringConvertible {
  package enum Reason: String, CaseIterable, Sendable {
    case signature = "no entry signature"
    case foreignGUID = "another log's GUID"
    case checksum = "wrong checksum"
    case entryByteCount = "impossible entry length"
    case tail = "impossible tail"
    case sequenceNumber = "sequence number 0"
    case reserved = "reserved bytes set"
    case fileByteCount = "unaligned file length"
    case descriptorSignature = "unknown descriptor"
    case descriptorSequenceNumber = "descriptor of another entry"
    case descriptorAlignment = "unaligned descriptor"
    case zeroByteCount = "unaligned zero length"
    case descriptorRange = "range past 2^64"
    case dataSignature = "no data sector"
    case dataSequenceNumber = "data sector of another entry"
    case target = "target that a log must not change"

    /// The rule of the catalogue that says so.
    package var rule: Rule {
      switch self {
      case .signature, .foreignGUID: .e01
      case .checksum: .e02
      case .entryByteCount: .e03
      case .tail: .e04
      case .sequenceNumber: .e05
      case .reserved: .e06
      case .fileByteCount: .e07
      case .descriptorSignature, .descriptorSequenceNumber, .descriptorAlignment: .e08
      case .zeroByteCount, .descriptorRange: .e09
      case .dataSignature, .dataSequenceNumber: .e10
      case .target: .e11
      }
    }
  }

  package var reason: Reason
  /// Where in the file the field stands.
  package var fileByteOffset: UInt64
  package var expected: String
  package var found: String

  package init(
    _ reason: Reason, at fileByteOffset: UInt64, expected: String, found: String
  ) {
    self.reason = reason
    self.fileByteOffset = fileByteOffset
    self.expected = expected
    self.found = found
  }

  package var description: String {
    "\(reason.rule) \(reason.rawValue) at byte \(fileByteOffset): expected \(expected), found \(found)"
  }
}

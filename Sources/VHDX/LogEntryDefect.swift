/// Why the bytes at a place of the log are no entry that replay may use.
public struct LogEntryDefect: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Reason: String, CaseIterable, Sendable {
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
    public var rule: String {
      switch self {
      case .signature, .foreignGUID: "E01"
      case .checksum: "E02"
      case .entryByteCount: "E03"
      case .tail: "E04"
      case .sequenceNumber: "E05"
      case .reserved: "E06"
      case .fileByteCount: "E07"
      case .descriptorSignature, .descriptorSequenceNumber, .descriptorAlignment: "E08"
      case .zeroByteCount, .descriptorRange: "E09"
      case .dataSignature, .dataSequenceNumber: "E10"
      case .target: "E11"
      }
    }
  }

  public var reason: Reason
  /// Where in the file the field stands.
  public var fileByteOffset: UInt64
  public var expected: String
  public var found: String

  public init(
    _ reason: Reason, at fileByteOffset: UInt64, expected: String, found: String
  ) {
    self.reason = reason
    self.fileByteOffset = fileByteOffset
    self.expected = expected
    self.found = found
  }

  public var description: String {
    "\(reason.rule) \(reason.rawValue) at byte \(fileByteOffset): expected \(expected), found \(found)"
  }
}

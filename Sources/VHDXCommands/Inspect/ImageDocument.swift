import Bytes
import Checking
import Reporting
import Rules
import VHDX

/// Parts of an image as JSON, which several documents have in common.
enum ImageDocument {
  struct Problem: Encodable {
    let rule: Nullable<String>
    let severity: Nullable<String>
    let field: String
    let byteOffset: String
    let expected: String
    let found: String
    let hint: String

    init(_ error: FormatError) {
      rule = Nullable(error.rule?.rawValue)
      severity = Nullable(error.rule?.severity.rawValue)
      field = error.field
      byteOffset = error.byteOffset.hex
      expected = error.expected
      found = error.found
      hint = error.hint
    }
  }

  struct Header: Encodable {
    let slot: String
    let byteOffset: String
    /// `null` in a valid header; the fields are `null` in any other.
    let problem: Nullable<Problem>
    let sequenceNumber: Nullable<String>
    let fileWriteGUID: Nullable<String>
    let dataWriteGUID: Nullable<String>
    let logGUID: Nullable<String>
    let logVersion: Nullable<UInt16>
    let version: Nullable<UInt16>
    let logByteOffset: Nullable<String>
    let logByteCount: Nullable<String>

    init(_ copy: HeaderCopy) {
      let header = copy.header
      var error: FormatError?
      if case .failure(let found) = copy.outcome { error = found }
      slot = copy.slot.name
      byteOffset = copy.slot.byteOffset.hex
      problem = Nullable(error.map { Problem($0) })
      sequenceNumber = Nullable(header?.sequenceNumber.hex)
      fileWriteGUID = Nullable(header.map { "\($0.fileWriteGUID)" })
      dataWriteGUID = Nullable(header.map { "\($0.dataWriteGUID)" })
      logGUID = Nullable(header.map { "\($0.logGUID)" })
      logVersion = Nullable(header?.logVersion)
      version = Nullable(header?.version)
      logByteOffset = Nullable(header?.logByteOffset.hex)
      logByteCount = Nullable(header?.logByteCount.hex)
    }
  }

  static func headers(_ pair: HeaderPair) -> [Header] {
    [Header(pair.first), Header(pair.second)]
  }

  struct Run: Encodable {
    let ringByteOffset: String
    let byteCount: String
    let entryCount: Int
    let firstSequenceNumber: String
    let lastSequenceNumber: String
    let tailByteOffset: String
    /// `active`, `superseded` or `incomplete`.
    let standing: String
    let supersedingSequenceNumber: Nullable<String>
    let ending: String

    init(_ run: LogRun) {
      ringByteOffset = run.entries[0].ringByteOffset.hex
      byteCount = run.byteCount.hex
      entryCount = run.entries.count
      firstSequenceNumber = run.entries[0].header.sequenceNumber.hex
      lastSequenceNumber = run.head.header.sequenceNumber.hex
      tailByteOffset = run.head.header.tailByteOffset.hex
      var other: UInt64?
      switch run.standing {
      case .active: standing = "active"
      case .incomplete: standing = "incomplete"
      case .superseded(let number):
        standing = "superseded"
        other = number
      }
      supersedingSequenceNumber = Nullable(other?.hex)
      ending = run.endingText
    }
  }
}

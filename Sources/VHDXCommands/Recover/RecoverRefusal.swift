import Bytes
import Checking
import Rules
import VHDX
import VHDXJudges

/// Why an image does not open: the rule, the field and its place, and what to do.
struct RecoverRefusal {
  /// What a refusal is to be placed by.
  struct Place {
    var current: CurrentHeader?
    var active: LogRun?
    var file: any ImageFile
  }

  /// The rule's identifier; `nil` where a limit of this tool refuses, or no single rule is broken.
  var rule: Rule?
  var field: String
  /// In the file; `nil` where no single byte is to blame.
  var byteOffset: UInt64?
  var expected: String
  var found: String
  var hint: String
  /// Whether it is this program that cannot go on, and nothing is said against the image.
  var isLimitOfOurs = false

  /// With the mistakes of a profile opening goes round for ever.
  static let neverEnds = RecoverRefusal(
    rule: .d09, field: "log", byteOffset: nil, expected: "a search and a replay that end",
    found: "one that never ends, with the mistakes of this profile",
    hint: "Recover with --profile exact.")

  init(
    rule: Rule?, field: String, byteOffset: UInt64?, expected: String, found: String, hint: String
  ) {
    self.rule = rule
    self.field = field
    self.byteOffset = byteOffset
    self.expected = expected
    self.found = found
    self.hint = hint
  }

  init(_ error: FormatError) {
    self.init(
      rule: error.rule, field: error.field, byteOffset: error.byteOffset,
      expected: error.expected, found: error.found, hint: error.hint)
  }

  init(_ refusal: VHDXFindings.Refusal, _ place: Place) {
    switch refusal {
    case .log(let refusal): self.init(refusal, place)
    case .structure(let error): self.init(error)
    }
  }

  init(_ refusal: RecoveryRefusal, _ place: Place) {
    let slotByteOffset = place.current?.slot.byteOffset
    let rule = refusal.rule
    switch refusal {
    case .header(let error): self.init(error)
    case .noActiveSequence:
      self.init(
        rule: rule, field: "header.logGUID", byteOffset: slotByteOffset.map { $0 + 48 },
        expected: "a complete run of log entries with \(place.logGUID)", found: "none in the log",
        hint: "The log is corrupt: go back to a copy of the image.")
    case .truncated(let fileByteCount, let flushedByteCount):
      self.init(
        rule: rule, field: "entry.flushedByteCount", byteOffset: place.headByteOffset(plus: 48),
        expected: "a file of at least \(flushedByteCount) bytes", found: "\(fileByteCount)",
        hint: "The file was cut short: go back to a copy of the image.")
    case .readOnly:
      self.init(
        rule: rule, field: "header.logGUID", byteOffset: slotByteOffset.map { $0 + 48 },
        expected: "zero, since the image is opened read-only", found: place.logGUID,
        hint: "Leave --read-only out, or write a recovered copy with --output.")
    case .tooLong(let byteCount, let limitByteCount):
      self.init(
        rule: rule, field: "entry", byteOffset: place.headByteOffset(plus: 0),
        expected: "a file of at most \(limitByteCount) bytes behind replay", found: "\(byteCount)",
        hint: "The log was damaged or made up: go back to a copy of the image.")
    case .tooMuch(let what, let count, let limit):
      self.init(
        rule: rule, field: "entry", byteOffset: place.headByteOffset(plus: 0),
        expected: "\(limit) \(what) to replay at most, a limit of this tool", found: "\(count)",
        hint:
          "Replay is held in memory before anything is written; a program that replays in place may "
          + "take it.")
    case .numbersUsedUp(let sequenceNumber, let limit):
      self.init(
        rule: rule, field: "header.sequenceNumber", byteOffset: slotByteOffset.map { $0 + 8 },
        expected: "at most \(limit), so that the headers of a replay can follow",
        found: "\(sequenceNumber)",
        hint: "No program has written so many headers: the header is made up.")
    case .fatalEntry(let defect), .brokenReplay(let defect):
      self.init(
        rule: rule, field: "log entry: \(defect.reason.rawValue)",
        byteOffset: defect.fileByteOffset, expected: defect.expected, found: defect.found,
        hint: "The mistakes of this profile give up here: recover with --profile exact.")
    case .fullRing:
      self.init(
        rule: rule, field: "log", byteOffset: place.current?.header.logByteOffset,
        expected: "a run that leaves a sector of the ring free", found: "one that fills it",
        hint: "The mistakes of this profile give up here: recover with --profile exact.")
    case .failedWrite(let byteOffset, let limitByteCount):
      self.init(
        rule: rule, field: "entry", byteOffset: place.headByteOffset(plus: 0),
        expected: "writes below byte \(limitByteCount)", found: "one at \(byteOffset)",
        hint: "The log was damaged or made up: recover with --profile exact.")
    }
    isLimitOfOurs = refusal.isLimitOfOurs
  }

  /// What the judge of images found, of which no reader says the field.
  init(_ violation: Violation) {
    self.init(
      rule: violation.rule, field: violation.rule.structureName, byteOffset: nil,
      expected: "that \(violation.rule.promise)",
      found: ([violation.title] + violation.evidence).joined(separator: "; "),
      hint: "`powercut check` names every place.")
  }

  /// `S05 'header.logGUID' at byte 131120: expected …, found …. Next step.`
  var text: String {
    let name = rule.map { "\($0.rawValue) " } ?? ""
    let place = byteOffset.map { " at byte \($0)" } ?? ""
    return "\(name)'\(field)'\(place): expected \(expected), found \(found). \(hint)"
  }
}

extension RecoverRefusal.Place {
  fileprivate var logGUID: String { current.map { "\($0.header.logGUID)" } ?? "its GUID" }

  /// Where in the file a field of the active run's last entry stands.
  fileprivate func headByteOffset(plus fieldByteOffset: UInt64) -> UInt64? {
    guard let active, let range = current?.header.logRange else { return nil }
    return LogRing(file, range: range)
      .fileByteOffset(active.head.ringByteOffset) + fieldByteOffset
  }
}

extension VHDXFindings {
  /// What is broken, one problem for each rule or, where readers found some, one for each field.
  ///
  /// - Parameter details: what readers found, with its fields and places.
  func problems(detailed details: [RecoverRefusal]) -> [RecoverRefusal] {
    broken.flatMap { violation in
      let read = details.filter { $0.rule == violation.rule }
      return read.isEmpty ? [RecoverRefusal(violation)] : read
    }
  }
}

extension Rule {
  /// The part of an image that a rule is about, in the words of listings.
  fileprivate var structureName: String {
    switch rawValue.prefix(1) {
    case "H": "header"
    case "G": "region table"
    case "M": "metadata"
    case "B": "block table"
    default: "log"
    }
  }
}

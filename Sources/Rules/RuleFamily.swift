/// What a rule is about; the first letter of its identifier.
package enum RuleFamily: Character, CaseIterable, Sendable {
  case log = "L"
  case client = "D"
  case headers = "H"
  case regions = "G"
  case metadata = "M"
  case blockTable = "B"
  case logEntries = "E"
  case logSequences = "S"
  case recovery = "R"
  case vdi = "V"
  case otherPrograms = "X"

  /// By number.
  package var rules: [Rule] {
    switch self {
    case .log: Rule.ofLog
    case .client: Rule.ofClient
    case .headers: Rule.ofHeaders
    case .regions: Rule.ofRegions
    case .metadata: Rule.ofMetadata
    case .blockTable: Rule.ofBlockTable
    case .logEntries: Rule.ofLogEntries
    case .logSequences: Rule.ofLogSequences
    case .recovery: Rule.ofRecovery
    case .vdi: Rule.ofVDI
    case .otherPrograms: Rule.ofOtherPrograms
    }
  }

  /// As a heading says it.
  package var title: String {
    switch self {
    case .log: "the write log"
    case .client: "what the client was promised"
    case .headers: "the headers of a VHDX image"
    case .regions: "its regions"
    case .metadata: "its metadata"
    case .blockTable: "its block table"
    case .logEntries: "its log's entries"
    case .logSequences: "their sequences"
    case .recovery: "their recovery"
    case .vdi: "the structures of a VDI image"
    case .otherPrograms: "what another program says"
    }
  }
}

extension Rule {
  package var family: RuleFamily {
    guard let letter = rawValue.first, let family = RuleFamily(rawValue: letter) else {
      preconditionFailure("an identifier begins with its family's letter")
    }
    return family
  }
}

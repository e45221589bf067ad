import FoundationEssentials

/// What a finding's `finding.json` says that a page shows. Every part may be missing: the file may be of an older
/// tool.
struct KeptFinding: Decodable, Sendable {
  struct Finding: Decodable, Sendable {
    var judge: String?
    var state: String?
    var bug: String?
    var alsoBroken: [String]?
    var evidence: [String]?
    var difference: [String]?
    var timeline: [Step]?
    var bytes: [Piece]?
  }

  struct Step: Decodable, Sendable {
    var event: UInt64
    var task: Int
    var text: String
  }

  /// Bytes of the client's disk.
  struct Piece: Decodable, Sendable {
    var byteOffset: UInt64
    var byteCount: UInt64
    var isWrong: Bool
    var found: String
    /// What must stand there.
    var promised: String
  }

  struct Group: Decodable, Sendable {
    var operations: Int?
    var switches: Int?
    var lostWrites: Int?
    var endedByClock: Bool?
  }

  private var findings: [Finding]?
  private var groups: [Group]?

  /// `nil` where it cannot be read: the page then says what the ledger says.
  init?(parsing text: String) {
    guard let kept = try? JSONDecoder().decode(KeptFinding.self, from: Data(text.utf8)) else {
      return nil
    }
    self = kept
  }

  var finding: Finding? { findings?.first }
  var group: Group? { groups?.first }
}

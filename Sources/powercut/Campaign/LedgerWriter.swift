import Host
import Nights

/// What a start writes: its ledger, the same lines for who listens, and what it has written for the report.
struct LedgerWriter {
  private let file: AppendedFile
  private let events: OutputStreamFile?
  private(set) var lines: [LedgerLine] = []

  init(_ file: AppendedFile, eventsPath: String?) throws {
    self.file = file
    events = try eventsPath.map { try OutputStreamFile($0) }
  }

  /// The lines are on the disk when this returns.
  mutating func write(_ more: [LedgerLine]) throws {
    if more.isEmpty { return }
    let text = try more.map(LedgerText.text).joined()
    try file.append(text)
    lines += more
    try events?.append(text)
  }

  /// Tells who listens what is no part of the ledger.
  func tell(_ event: String) throws { try events?.append(event) }
}

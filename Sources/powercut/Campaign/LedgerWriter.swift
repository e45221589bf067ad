import Host
import Nights

/// What a start writes: its ledger, and the same lines for who listens.
struct LedgerWriter {
  private let file: AppendedFile
  private let events: OutputStreamFile?

  init(_ file: AppendedFile, eventsPath: String?) throws {
    self.file = file
    events = try eventsPath.map { try OutputStreamFile($0) }
  }

  /// The lines are on the disk when this returns.
  func write(_ more: [LedgerLine]) throws {
    if more.isEmpty { return }
    let text = try more.map(LedgerText.text).joined()
    try file.append(text)
    try events?.append(text)
  }
}

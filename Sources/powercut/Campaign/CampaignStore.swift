import Host
import Nights

/// The folder of a campaign: its ledgers, and beside them its findings.
struct CampaignStore {
  let folder: String

  private var ledgerFolder: String { "\(folder)/\(CampaignPaths.ledgerName)" }

  /// Everything that its ledgers tell.
  ///
  /// - Throws: ``HostError``, or ``LedgerError`` where one cannot be read: nothing is counted then.
  func ledgers() throws -> [[LedgerLine]] {
    guard Folders.isFolder(ledgerFolder) else { return [] }
    return try Folders.names(in: ledgerFolder)
      .filter { $0.hasSuffix(CampaignPaths.ledgerSuffix) }
      .map { name in
        let path = "\(ledgerFolder)/\(name)"
        return try LedgerText.lines(of: InputFile.text(path), named: path)
      }
  }

  /// A ledger of one start: two writers never share a file, and what a kill has cut off is never written behind.
  func newLedger(_ shard: Shard) throws -> AppendedFile {
    try Folders.create(ledgerFolder)
    let digits = String(UInt64.random(in: 0 ... .max), radix: 16)
    let name = "\(CampaignPaths.word(MachineName.text))-\(shard.number)of\(shard.count)-\(digits)"
    return try AppendedFile(creating: "\(ledgerFolder)/\(name)\(CampaignPaths.ledgerSuffix)")
  }
}

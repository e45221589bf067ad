import Host
import Nights

/// The folder of a campaign: its ledgers, and beside them its findings.
struct CampaignStore {
  let paths: CampaignPaths

  /// Everything that its ledgers tell.
  ///
  /// - Throws: ``HostError``, or ``LedgerError`` where one cannot be read: nothing is counted then.
  func ledgers() throws -> [[LedgerLine]] {
    guard Folders.isFolder(paths.ledgers) else { return [] }
    return try Folders.names(in: paths.ledgers)
      .filter { $0.hasSuffix(CampaignPaths.ledgerSuffix) }
      .map { name in
        let path = "\(paths.ledgers)/\(name)"
        return try LedgerText.lines(of: InputFile.text(path), named: path)
      }
  }

  /// A ledger of one start: two writers never share a file, and what a kill has cut off is never written behind.
  func newLedger(_ shard: Shard) throws -> AppendedFile {
    try Folders.create(paths.ledgers)
    let digits = String(UInt64.random(in: 0 ... .max), radix: 16)
    let name = "\(CampaignPaths.word(MachineName.text))-\(shard.number)of\(shard.count)-\(digits)"
    return try AppendedFile(creating: "\(paths.ledgers)/\(name)\(CampaignPaths.ledgerSuffix)")
  }
}

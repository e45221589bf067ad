import Host
import Nights
import Scheduling
import ToolSupport

/// The union of campaigns' folders.
struct CampaignMerge {
  private let folder: String
  private var folderCount = 0
  private var ledgerCount = 0
  private var findingCount = 0

  init(into path: String) throws {
    folder = path
    try Folders.create(Self.ledgers(path))
  }

  private static func ledgers(_ folder: String) -> String {
    "\(folder)/\(CampaignPaths.ledgerName)"
  }

  /// - Throws: where the folder is none of a campaign, or something cannot be copied.
  mutating func take(_ path: String) throws {
    guard Folders.isFolder(Self.ledgers(path)) else {
      throw ToolError("\(path): expected the folder of 'powercut campaign', found no ledger in it")
    }
    // Findings first: a ledger never names one that is not there.
    try takeFindings(path, into: folder, but: CampaignPaths.ownNames)
    for name in try Folders.names(in: Self.ledgers(path))
    where name.hasSuffix(CampaignPaths.ledgerSuffix) {
      try takeLedger("\(Self.ledgers(path))/\(name)", into: "\(Self.ledgers(folder))/\(name)")
    }
    folderCount += 1
  }

  /// Takes away what one folder still had to make smaller, and another has.
  func finish() throws {
    let history = CampaignHistory(try CampaignStore(folder: folder).ledgers())
    let paths = CampaignPaths(folder, of: history)
    for finding in history.nights.flatMap(\.minimized.values) where finding.shape != nil {
      Folders.remove(paths.unshrunk(finding.of))
    }
  }

  var summary: String {
    "merged \(folderCount) folders into \(folder): \(ledgerCount) ledgers, \(findingCount) "
      + "findings were not there before or are of a smaller seed\n"
  }

  /// Ledgers only grow: of two with one name the longer one holds the other.
  private mutating func takeLedger(_ path: String, into copy: String) throws {
    let text = try InputFile.text(path)
    _ = try LedgerText.lines(of: text, named: path)
    let old = Folders.exists(copy) ? try InputFile.text(copy) : ""
    if old.hasPrefix(text) && !old.isEmpty { return }
    guard text.hasPrefix(old) else {
      throw ToolError(
        "\(path) and \(copy) have one name and are two ledgers; give one of them another name")
    }
    try OutputFile.write(text, to: copy)
    ledgerCount += 1
  }

  /// - Parameter own: what in the folder is no finding.
  private mutating func takeFindings(
    _ folder: String, into copy: String, but own: [String] = []
  ) throws {
    for name in try Folders.names(in: folder) where !own.contains(name) {
      let (source, place) = ("\(folder)/\(name)", "\(copy)/\(name)")
      if Folders.exists("\(source)/finding.json") {
        guard try isFirst(source, before: place) else { continue }
        try replace(place, by: source)
        findingCount += 1
      } else if Folders.isFolder(source) {
        try takeFindings(source, into: place)
      } else if !Folders.exists(place) {
        try Folders.create(copy)
        try OutputFile.write(InputFile.text(source), to: place)
      }
    }
  }

  private func isFirst(_ source: String, before place: String) throws -> Bool {
    guard Folders.exists("\(place)/finding.json") else { return true }
    return try seed(of: source) < seed(of: place)
  }

  private func seed(of folder: String) throws -> Seed {
    try LoadedScenario(path: "\(folder)/\(FindingFolder.scenarioName)").scenario.seeds.first
  }

  private func replace(_ place: String, by source: String) throws {
    let partial = "\(place).partial"
    Folders.remove(partial)
    try FolderCopy.copy(source, to: partial)
    Folders.remove(place)
    try Folders.rename(partial, to: place)
  }
}

import Campaign
import Host
import NightPages
import Nights

/// The folder of a report's pages.
struct ReportPage {
  static let folderName = "report"

  /// The campaign's.
  let paths: CampaignPaths
  /// Where the pages go.
  let folder: String

  /// A picture or a text that is longer is linked to and not shown.
  private static let largestShownByteCount = 4 << 20

  /// Writes all pages, and takes away those of findings that are no longer told.
  ///
  /// - Returns: the path of the first one.
  /// - Throws: ``HostError`` where one cannot be written.
  func write(_ report: NightReport) throws -> String {
    try Folders.create(folder)
    let start = try Paths.absolute(folder)
    let pages = try NightPages(PlacedNightReport(report, paths)) { target, finding in
      files(of: finding, target, from: start)
    }.pages()
    for page in pages { try OutputFile.write(page.text, to: "\(folder)/\(page.name)") }
    try removePages(otherThan: Set(pages.map(\.name)))
    return "\(folder)/\(NightPages.indexName)"
  }

  /// What is there of a finding's folder, seen from the pages' folder.
  private func files(of finding: String, _ target: String, from start: String) -> FindingFiles? {
    // A name of a ledger is none of ours where it leads elsewhere.
    guard CampaignPaths.word(finding) == finding, !finding.hasPrefix(".") else { return nil }
    let path = paths.folder(of: finding, target: target)
    guard Folders.isFolder(path), let names = try? Folders.names(in: path),
      let place = try? Paths.absolute(path)
    else { return nil }
    let shown = names.filter { !$0.hasPrefix(".") }
    var files = FindingFiles(
      path: Paths.relative(place, from: start),
      names: shown.map { Folders.isFolder("\(path)/\($0)") ? "\($0)/" : $0 })
    files.runPicture = text(FindingFolder.runPictureName, of: shown, in: path)
    files.bytesPicture = text(FindingFolder.byteMapName, of: shown, in: path)
    files.scenario = text(FindingFolder.scenarioName, of: shown, in: path)
    files.document = text(FindingFolder.documentName, of: shown, in: path)
    return files
  }

  /// What cannot be read is linked to and not shown: a page is better than none.
  private func text(_ name: String, of names: [String], in folder: String) -> String? {
    guard names.contains(name) else { return nil }
    return try? InputFile.text("\(folder)/\(name)", maximumByteCount: Self.largestShownByteCount)
  }

  private func removePages(otherThan kept: Set<String>) throws {
    for name in try Folders.names(in: folder)
    where name.hasPrefix(NightPages.findingPrefix) && name.hasSuffix(".html") {
      let path = "\(folder)/\(name)"
      guard !kept.contains(name), let text = try? InputFile.text(path), NightPages.isPage(text)
      else { continue }
      Folders.remove(path)
    }
  }
}

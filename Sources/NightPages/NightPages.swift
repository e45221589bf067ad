import Nights

/// A night as pages of plain HTML: one of the night and one of each finding.
///
/// They need no script and no other file but the findings' own, which they link to where the tool has seen them.
package struct NightPages: Sendable {
  package struct Page: Hashable, Sendable {
    /// In the page's folder.
    package let name: String
    package let text: String
  }

  package static let indexName = "index.html"
  /// What every other page's name begins with.
  package static let findingPrefix = "finding-"

  /// Whether a text is a page of ours, of whichever night.
  package static func isPage(_ text: String) -> Bool { text.contains(PageHead.generator) }

  private let placed: PlacedNightReport
  private let findings: [PagedFinding]
  private let filesOfFinding: [FindingFiles?]

  /// - Parameter files: what is there of a finding's folder; `nil` where there is none.
  package init(
    _ placed: PlacedNightReport, files: (_ target: String, _ finding: String) -> FindingFiles?
  ) {
    self.placed = placed
    findings = PagedFinding.all(of: placed.report)
    filesOfFinding = findings.map { files($0.target, $0.name) }
  }

  /// The page of the night first.
  ///
  /// - Throws: what the template library throws where a template is none.
  package func pages() throws -> [Page] {
    let templates = try PageTemplates()
    let index = IndexValues(placed, zip(findings, filesOfFinding).map { FindingRow($0, $1) })
    var pages = [Page(name: Self.indexName, text: try templates.page("index", index))]
    for (finding, files) in zip(findings, filesOfFinding) {
      let values = FindingValues(finding, files, placed)
      pages.append(Page(name: finding.page, text: try templates.page("finding", values)))
    }
    return pages
  }
}

import Foundation
import Host
import TestSupport
import Testing

/// The pages that `powercut report` writes, of a small campaign that is carried out.
@Suite struct ReportPageTests {
  private let folder: TemporaryFolder
  private var campaign: String { folder.path("a night") }

  init() throws {
    folder = try TemporaryFolder()
    try OutputFile.write(
      """
      campaign: small
      targets:
        - { stack: raw:exact, bugs: [logger.size-unlogged], seeds: 21..28 }
        - { stack: vhdx:exact, seeds: 1..2 }
      """, to: folder.path("night.yaml"))
    let night = try ToolRun(["campaign", folder.path("night.yaml"), "--output", campaign])
    try #require(night.status == 1, "\(night.errors)")
  }

  @discardableResult
  private func report(_ options: String...) throws -> ToolRun {
    // From elsewhere: the tool needs no file of its own.
    try ToolRun(["report", campaign] + options, in: "/")
  }

  private func pages(_ place: String) throws -> [String] {
    try Folders.names(in: place).filter { $0.hasSuffix(".html") }
  }

  /// Where the links and the pictures of a page lead to, from its own folder.
  private func places(_ page: String) throws -> [String] {
    let text = try InputFile.text(page)
    return ["href=\"", "src=\""].flatMap { mark in
      text.split(separator: mark).dropFirst().map { String($0.prefix { $0 != "\"" }) }
    }.filter { !$0.hasPrefix("data:") && !$0.hasPrefix("#") }
      .compactMap { $0.split(separator: "#").first.flatMap { String($0).removingPercentEncoding } }
  }

  @Test(arguments: [nil, "else where/#1?"])
  func everyLinkLeadsToAFile(page: String?) throws {
    let place = page.map { folder.path($0) } ?? "\(campaign)/report"
    let run = try page == nil ? report() : report("--page", place)
    #expect(run.status == 1)
    #expect(run.errors == "powercut: the page is \(place)/index.html\n")
    let pages = try pages(place)
    let findings = try report("--no-page", "--format", "json").json.list("findings")
    #expect(pages.count == findings.count + 1 && pages.count >= 3)
    var linkCount = 0
    for page in pages {
      for link in try places("\(place)/\(page)") {
        #expect(Folders.exists("\(place)/\(link)"), "\(page): \(link)")
        linkCount += 1
      }
    }
    #expect(linkCount > 30)
    let text = try InputFile.text("\(place)/index.html")
    for finding in findings {
      #expect(try text.contains(#require(finding.text("name"))))
    }
  }

  /// The map is in the folder of what is about bytes, and on its page.
  @Test func theMapOfWrongBytesIsShown() throws {
    try report()
    let finding = try #require(
      try Folders.names(in: "\(campaign)/raw-exact").first { $0.hasPrefix("D06-PromiseFinding") })
    let path = "\(campaign)/raw-exact/\(finding)"
    let kept = try JSON(parsing: InputFile.text("\(path)/finding.json"))
    let pieces = try #require(try kept.list("findings").first).list("bytes")
    #expect(pieces.contains { $0.bool("isWrong") == true })
    #expect(try InputFile.text("\(path)/bytes.svg").contains("✗ #1"))
    let page = try InputFile.text("\(campaign)/report/finding-raw-exact-\(finding).html")
    #expect(page.contains("Which bytes are wrong"))
    #expect(page.contains("href=\"../raw-exact/\(finding)/bytes.svg\""))
  }

  @Test func noPageWritesNone() throws {
    #expect(try report("--no-page").errors.isEmpty)
    #expect(!Folders.exists("\(campaign)/report"))
    #expect(try report("--no-page", "--page", folder.path("p")).status == 64)
  }

  /// Those of findings that are no longer told; what somebody else put there stays.
  @Test func oldPagesOfOursAreTakenAway() throws {
    try report()
    let place = "\(campaign)/report"
    let page = try #require(try pages(place).first { $0.hasPrefix("finding-") })
    try OutputFile.write(InputFile.text("\(place)/\(page)"), to: "\(place)/finding-old.html")
    try OutputFile.write("<html>mine", to: "\(place)/finding-mine.html")
    try report()
    #expect(Folders.exists("\(place)/\(page)"))
    #expect(!Folders.exists("\(place)/finding-old.html"))
    #expect(Folders.exists("\(place)/finding-mine.html"))
  }

  @Test func aPageThatCannotBeWrittenCostsNoReport() throws {
    try OutputFile.write("", to: folder.path("file"))
    let run = try report("--page", folder.path("file"))
    #expect(run.status == 2)
    #expect(run.result.contains("FAILED: "))
    #expect(run.errors.hasPrefix("powercut: "))
  }

  /// Pages are of one campaign: a merge takes along its findings, and not what was told of them.
  @Test func aMergeTakesNoPagesAlong() throws {
    try report()
    let merged = folder.path("merged")
    let run = try ToolRun(["merge", campaign, "--output", merged])
    try #require(run.status == 0, "\(run.errors)")
    #expect(!Folders.exists("\(merged)/report/index.html"))
    #expect(Folders.exists("\(merged)/raw-exact"))
  }
}

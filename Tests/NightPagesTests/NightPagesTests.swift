import Nights
import Testing

@testable import NightPages

@Suite struct NightPagesTests {
  private static let files: FindingFiles = {
    var files = FindingFiles(
      path: "../raw-exact/x", names: ["README", "bytes.svg", "finding.json", "unshrunk/"])
    files.bytesPicture = "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"
    files.scenario = "stack: raw:exact # <b>\n"
    files.document = """
      {"findings": [{"evidence": ["flushed: <i>"], "difference": ["entry 3 is lost"], "state": "cut:4",
      "timeline": [{"event": 3, "task": 0, "text": "write #1"}],
      "bytes": [{"byteOffset": 512, "byteCount": 512, "isWrong": true, "found": "zeroes", "promised": "write #1"}]}],
      "groups": [{"operations": 1, "switches": 0, "lostWrites": 2, "endedByClock": true}]}
      """
    return files
  }()

  private func pages(
    _ ledgers: LedgerCase = LedgerCase(), night: Int? = nil, _ files: FindingFiles? = Self.files
  ) throws -> [String: String] {
    let report = try #require(try ledgers.report(night: night))
    let placed = PlacedNightReport(report, CampaignPaths("out", separatesTargets: true))
    let pages = try NightPages(placed) { _, _ in files }.pages()
    #expect(pages.first?.name == "index.html")
    #expect(Set(pages.map(\.name)).count == pages.count)
    return Dictionary(uniqueKeysWithValues: pages.map { ($0.name, $0.text) })
  }

  private func index(_ ledgers: LedgerCase = LedgerCase(), night: Int? = nil) throws -> String {
    try #require(try pages(ledgers, night: night)["index.html"])
  }

  // MARK: What is told

  @Test func everyStatusIsTold() throws {
    let index = try index()
    for text in [
      "tag new\"><span aria-hidden=\"true\">▲</span> new",
      "tag back\"><span aria-hidden=\"true\">↺</span> back", "</span> back",
      "it was gone in night 2",
      "tag undecided\"><span aria-hidden=\"true\">?</span> undecided", "</span> since night 1</td>",
      "</span> known</span> vhdx:exact</td>", "</span> accepted</span> the vendor knows</td>",
      "</span> gone</span> it was there since night 1, until this one</td>",
      "</span> since night 1; tried again, still there</td>",
      "known since night 1; not tried: no worker came to it</td>",
    ] {
      #expect(index.contains(text), "\(text)")
    }
  }

  /// What is new comes before what is gone, and that before what is known.
  @Test func whatIsNewComesFirst() throws {
    let index = try index()
    let places = ["id=\"new\"", "id=\"undecided\"", "id=\"gone\"", "id=\"known\"", "id=\"canary\""]
      .map { index.firstRange(of: $0)?.lowerBound }
    #expect(places.allSatisfy { $0 != nil })
    #expect(places.compactMap { $0 } == places.compactMap { $0 }.sorted())
  }

  @Test func theNightAndItsNumbersAreTold() throws {
    let index = try index()
    for text in [
      "night 3 · 2026-11-30 22:00 UTC", "Failed: 2 new findings", "lab-7", "7 h 59 min",
      "its time was over", "the disk was full: the vendor knows",
      "In vhdx:exact, by seed 15.", "Seeds/s", "10.0",
    ] {
      #expect(index.contains(text), "\(text)")
    }
  }

  @Test func aMissedCanaryIsTheHeadlineOfANightWithoutNews() throws {
    var ledgers = LedgerCase()
    ledgers.canarySeed = nil
    #expect(try index(ledgers).contains("The canary writer.publish-before-log, planted in"))
    #expect(try index(ledgers).contains("✗</span> not found"))
  }

  @Test func aWorkerThatWasKilledIsTold() throws {
    var ledgers = LedgerCase()
    ledgers.lastLine = ""
    #expect(try index(ledgers).contains("! it has not ended: it was killed, or still runs"))
  }

  @Test func aFirstNightHasNothingBeforeIt() throws {
    let index = try index(night: 1)
    #expect(index.contains("Failed: 5 new findings"))
    #expect(!index.contains("id=\"gone\""))
  }

  @Test func aFindingsPageSaysWhatItsFolderSays() throws {
    let page = try #require(try pages()["finding-raw-exact-L07-J-1.html"])
    for text in [
      "byte 0 holds zeroes.", "flushed: &lt;i&gt;", "entry 3 is lost", "cut:4", "write #1",
      "1 operation, 0 switches, 2 lost writes; the clock ended", "512 – 1,023", "✗ wrong",
      "powercut replay-run out/raw-exact/L07-J-1/scenario.yaml",
      "stack: raw:exact # &lt;b&gt;", "src=\"data:image/svg+xml;charset=utf-8,%3Csvg",
      "href=\"../raw-exact/x/unshrunk/\"",
    ] {
      #expect(page.contains(text), "\(text)")
    }
  }

  @Test func aFindingWithoutAFolderHasAPage() throws {
    let page = try #require(try pages(LedgerCase(), nil)["finding-raw-exact-L07-J-1.html"])
    #expect(page.contains("There is no folder of this finding yet"))
    #expect(!page.contains("id=\"bytes\""))
  }

  @Test(arguments: ["", "no JSON", "[]", #"{"findings": []}"#, #"{"findings": 3}"#])
  func aDocumentThatCannotBeReadIsLeftOut(text: String) throws {
    var files = Self.files
    files.document = text
    let page = try #require(try pages(LedgerCase(), files)["finding-raw-exact-L07-J-1.html"])
    #expect(page.contains("byte 0 holds zeroes."))
    #expect(!page.contains("id=\"steps\""))
  }

  // MARK: What comes from outside

  private static let hostile = "\"'><script>alert(1)</script><b>&{{campaign}}\u{301}\u{0}"

  @Test func hostileNamesStayText() throws {
    var ledgers = LedgerCase()
    ledgers.campaign = Self.hostile
    ledgers.target = "raw:exact" + Self.hostile
    ledgers.host = Self.hostile
    ledgers.title = Self.hostile
    ledgers.shape = Self.hostile
    ledgers.reason = Self.hostile
    ledgers.stack = Self.hostile
    for (name, text) in try pages(ledgers) {
      #expect(!text.contains("<script"), "\(name)")
      #expect(!text.contains("<b>"), "\(name)")
      #expect(!text.contains("\"'>"), "\(name)")
      #expect(!text.unicodeScalars.contains("\u{0}"), "\(name)")
      #expect(
        name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._+-".contains($0)) },
        "\(name)")
    }
  }

  @Test func targetsThatAreOneWordHavePagesOfTheirOwn() throws {
    var first = LedgerCase()
    first.target = "raw:exact"
    let names = try pages(first).keys
    #expect(names.filter { $0.hasPrefix(NightPages.findingPrefix) }.count == names.count - 1)
  }

  // MARK: What holds the pages together

  @Test func everyLinkBetweenPagesLeadsToAPage() throws {
    let pages = try pages()
    var linkCount = 0
    for (name, text) in pages {
      for link in text.split(separator: "href=\"").dropFirst().map({ $0.prefix { $0 != "\"" } }) {
        if link.hasPrefix("../") || link.hasPrefix("#") || link.hasPrefix("data:") { continue }
        let page = link.hasPrefix("./") ? link.dropFirst(2) : link
        #expect(pages[String(page)] != nil, "\(name) links to \(link)")
        linkCount += 1
      }
    }
    #expect(linkCount > 20)
  }

  @Test func headingsAreInOrder() throws {
    for (name, text) in try pages() {
      let levels = text.split(separator: "<h").dropFirst().compactMap { $0.first?.wholeNumberValue }
      #expect(levels.first == 1, "\(name)")
      #expect(levels.count { $0 == 1 } == 1, "\(name)")
      #expect(zip(levels, levels.dropFirst()).allSatisfy { $1 <= $0 + 1 }, "\(name): \(levels)")
    }
  }

  @Test func everyPictureHasAnAlternative() throws {
    for (name, text) in try pages() {
      for image in text.split(separator: "<img ").dropFirst() {
        let tag = image.prefix { $0 != ">" }
        #expect(tag.contains("alt=\"") && !tag.contains("alt=\"\""), "\(name)")
      }
    }
  }

  @Test func aPageIsKnownAsOneOfOurs() throws {
    for text in try pages().values { #expect(NightPages.isPage(text)) }
    #expect(!NightPages.isPage("<html>"))
  }
}

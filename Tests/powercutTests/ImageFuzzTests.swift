import Host
import TestSupport
import Testing

/// `fuzz` over VHDX stacks: what it must find, and what it must not.
@Suite struct ImageFuzzTests {
  /// A mistake and the rule of the catalogue.
  struct Planted: Sendable, CustomTestStringConvertible {
    var bug: String
    var rule: String
    var testDescription: String { bug }
  }

  static let writerBugs = [
    "trailing-read", "guid-before-entry", "header-errors-ignored", "payload-not-stable",
    "entry-not-stable", "home-not-stable", "publish-before-log", "bat-restored-under-writer",
    "tail-early", "ring-reused-early", "both-headers-one-epoch", "guid-reused",
    "last-offset-stale", "checksum-short", "block-reused-unbarriered",
    "log-error-keeps-block", "zeroes-unmapped",
  ].map { "writer.\($0)" }

  static let readerBugs = ["block-before-zeroing", "stale-table", "torn-across-blocks"]
    .map { "reader.\($0)" }

  /// A few through the tool, one of each way in which an image shows it; DirtyImageRunTests has them all.
  static let recoveryBugs = [
    ("no-growth-at-mebibyte", "R06"), ("targets-unchecked", "E11"), ("search-never-ends", "D09"),
    ("data-guid-changed", "H15"), ("read-only-writes", "R12"),
  ].map { Planted(bug: "recovery.\($0.0)", rule: $0.1) }

  /// A bug that is added to the tool has to be added here.
  @Test func everyMistakeOfTheWriterIsLookedFor() throws {
    let refusal = try ToolRun(["fuzz", "--stack", "vhdx:exact", "--bug", "writer.nope"])
    #expect(refusal.status == 64)
    let named = Set(
      refusal.errors.split { !($0.isLetter || $0.isNumber || $0 == "." || $0 == "-") }
        .map(String.init).filter {
          ($0.hasPrefix("writer.") || $0.hasPrefix("reader.")) && $0 != "writer.nope"
        })
    #expect(named == Set(Self.writerBugs + Self.readerBugs))
  }

  @Test(arguments: writerBugs)
  func aMistakeOfTheWriterIsFound(bug: String) throws {
    let run = try ToolRun(
      ["fuzz", "--stack", "vhdx:exact", "--bug", bug, "--seeds", "1..2000"], build: .release)
    #expect(run.status == 1, "\(run.errors)")
    #expect(run.result.contains("FAIL "))
    #expect(try run.reproduction.contains("--bug \(bug)"))
  }

  @Test(arguments: readerBugs)
  func aMistakeOfTheReaderIsFoundByItsRule(bug: String) throws {
    let run = try ToolRun(
      ["fuzz", "--stack", "vhdx:exact", "--bug", bug, "--seeds", "1..2000", "--format", "json"],
      build: .release)
    #expect(run.status == 1, "\(run.errors)")
    #expect(try run.json.rules == ["D11"])
  }

  /// Within 500 seeds, of which so many are carried out as it takes.
  @Test(arguments: recoveryBugs)
  func aMistakeOfRecoveryIsFoundByItsRule(planted: Planted) throws {
    var rules: Set<String> = []
    for seeds in ["1..20", "21..100", "101..500"] where !rules.contains(planted.rule) {
      let run = try ToolRun(
        [
          "fuzz", "--stack", "vhdx:exact", "--workload", "dirty-images", "--bug", planted.bug,
          "--seeds", seeds, "--keep-going", "--format", "json",
        ], build: .release)
      #expect([0, 1].contains(run.status), "\(run.errors)")
      rules.formUnion(try run.json.rules)
    }
    #expect(rules.contains(planted.rule), "\(rules.sorted())")
  }

  @Test(arguments: [["--seeds", "1..60"], ["--workload", "dirty-images", "--seeds", "1..150"]])
  func exactBreaksNothing(arguments: [String]) throws {
    let run = try ToolRun(
      ["fuzz", "--stack", "vhdx:exact", "--keep-going"] + arguments, build: .release)
    #expect(run.status == 0, "\(run.result)")
  }

  @Test(arguments: ["vhdx:qemu-7.2.22", "vhdx:qemu-7.2.0"])
  func aReleasedWriterLosesFlushedData(stack: String) throws {
    let arguments = ["fuzz", "--stack", stack, "--seeds", "1..40", "--keep-going"]
    let text = try ToolRun(arguments, build: .release)
    #expect(text.status == 1)
    // From the rule's own heading to the next one: the write begins, is answered, and flushed.
    let start = try #require(text.result.range(of: "FAIL D01"))
    let rest = text.result[start.upperBound...]
    let lost = rest[..<(rest.range(of: "FAIL ")?.lowerBound ?? rest.endIndex)]
    #expect(lost.contains("write #"))
    #expect(lost.contains("flush #"))
    #expect(lost.contains(" ok"))
  }

  @Test(arguments: [
    ["fuzz", "--stack", "raw:exact", "--workload", "dirty-images"],
    ["fuzz", "--stack", "vhdx:exact", "--workload", "nonsense"],
  ])
  func whatDoesNotGoTogetherIsAUsageError(arguments: [String]) throws {
    let run = try ToolRun(arguments)
    #expect(run.status == 64)
    #expect(run.result.isEmpty)
    #expect(run.errors.contains("dirty-images"))
  }

  /// Other people's program takes the made-up images for what they are.
  @Test func dirtyImagesAreLeftForOthers() throws {
    let folder = try TemporaryFolder()
    let run = try ToolRun(
      [
        "fuzz", "--stack", "vhdx:exact", "--workload", "dirty-images", "--bug",
        "recovery.read-only-writes", "--seeds", "1..20", "--output", folder.path("out"),
      ], build: .release)
    #expect(run.status == 1)
    let finding = try #require(
      try Folders.names(in: folder.path("out")).first { $0.hasPrefix("R12-") })
    let path = folder.path("out/\(finding)")
    let images = try Folders.names(in: path).filter { $0.hasSuffix(".vhdx") }
    #expect(images.sorted() == ["image-0.vhdx", "image-1.vhdx"])
    let answers = try images.map { try Peer.qemuImage.attempt(["info", "\(path)/\($0)"]) }
    // Either it opens, or it is refused as a vhdx that needs its log replayed.
    #expect(
      answers.contains {
        $0.outputText.contains("file format: vhdx") || $0.errorText.contains("VHDX")
      })
  }
}

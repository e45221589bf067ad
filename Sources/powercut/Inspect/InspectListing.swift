import Bytes
import Campaign
import Checking
import Host
import Reporting
import ToolSupport

/// The `inspect` command for an image whose format lists what its structures say.
struct InspectListing {
  let path: String
  let listsEntries: Bool
  private let format: any ImageFormat
  private let file: RegionImage
  private let listing: ImageListing
  private let findings: ImageFindings

  /// `nil` where the file is no such image.
  ///
  /// - Throws: ``HostError`` where it cannot be read.
  init?(_ path: String, listsEntries: Bool) throws(HostError) {
    guard !Folders.isFolder(path) else { return nil }
    let file = RegionImage(try MappedFile.map(path))
    guard let format = ImageFormats.recognizing(file), let listing = format.listing(of: file) else {
      return nil
    }
    self.path = path
    self.listsEntries = listsEntries
    self.format = format
    self.file = file
    self.listing = listing
    findings = format.findings(of: file)
  }

  /// Prints everything and returns the exit status.
  func run(_ format: InspectFormat) throws -> Int32 {
    var stream = InspectStream()
    switch format {
    case .text: try printText(&stream)
    case .json: try printJSON(&stream)
    }
    if stream.isCutShort || Interrupts.isRequested { return Interrupts.exitStatus }
    return findings.broken.isEmpty ? 0 : 1
  }

  private func printText(_ stream: inout InspectStream) throws {
    try stream.write("\(path): \(format.title) image, \(file.byteCount) bytes\n")
    try stream.write("  opens      \(findings.refusal.map { "no: \($0)" } ?? "yes")\n")
    for fact in listing.facts {
      let gap = String(repeating: " ", count: max(1, 11 - fact.name.count))
      try stream.write("  \(fact.name)\(gap)\(fact.value)\n")
    }
    if listsEntries {
      try listing.forEachEntry { try stream.writeElement("\($0.name): \($0.value)\n") }
    }
    for violation in findings.broken {
      try stream.write("problem: \(violation.rule.rawValue) \(violation.title)\n")
    }
    try stream.flush(listing: "all entries")
  }

  private func printJSON(_ stream: inout InspectStream) throws {
    var entries: [ImageListing.Fact] = []
    if listsEntries {
      try listing.forEachEntry { entry in
        if !Interrupts.isRequested { entries.append(entry) }
        return !Interrupts.isRequested
      }
    }
    let document = ImageListingDocument(
      format, file, listing, findings, path: path, entries: listsEntries ? entries : nil)
    try stream.write(document.text())
    try stream.flush()
  }
}

/// What `inspect --format json` says of such an image. Each key is always there, keys are sorted.
private struct ImageListingDocument: Encodable {
  private struct Fact: Encodable {
    let name: String
    let value: String

    init(_ fact: ImageListing.Fact) {
      name = fact.name
      value = fact.value
    }
  }
  private struct Problem: Encodable {
    let rule: String
    let severity: String
    let title: String
    let repeatCount: Int
  }

  private let schemaVersion = 1
  private let version = ToolVersion.text
  private let command = "inspect"
  private let kind: String
  private let subject: String
  private let fileByteCount: String
  private let facts: [Fact]
  /// `null` unless they were asked for.
  private let entries: Nullable<[Fact]>
  private let opens: Bool
  private let refusal: Nullable<String>
  private let problems: [Problem]
  /// As in ``LogDocument``.
  private let outcome: String

  init(
    _ format: any ImageFormat, _ file: RegionImage, _ listing: ImageListing,
    _ findings: ImageFindings, path: String, entries listed: [ImageListing.Fact]?
  ) {
    kind = format.name
    subject = path
    fileByteCount = file.byteCount.hex
    facts = listing.facts.map { Fact($0) }
    entries = Nullable(listed?.map { Fact($0) })
    opens = findings.refusal == nil
    refusal = Nullable(findings.refusal?.description)
    problems = findings.broken.map {
      Problem(
        rule: $0.rule.rawValue, severity: $0.rule.severity.rawValue, title: $0.title,
        repeatCount: $0.repeatCount)
    }
    let kind: Outcome.Kind =
      Interrupts.isRequested ? .interrupted : problems.isEmpty ? .passed : .failed
    outcome = kind.rawValue
  }

  func text() throws -> String { try JSONText.document(self) }
}

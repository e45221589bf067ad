import Foundation
import Host
import TestSupport
import Testing

/// docs/schemas, held against what the tool prints: each situation of docs/outcomes.md, and what has the keys that
/// these leave empty.
@Suite struct DocumentSchemaTests {
  private static let raw = "--image-size 8192"
  private static let stray = "stray.log --base base.vhdx --image-size 16MiB --as vhdx"

  /// Lines of bash without `powercut` and `--format`, in the folder of the inputs.
  private static let campaigns = [
    "fuzz --stack raw:exact --bug logger.count-early --seeds 1..3 --output early",
    "fuzz --stack raw:exact --bug logger.position-reread --seeds 9 --output reread",
    "fuzz --stack raw:exact --bug logger.fua-unmarked --seeds 1 --output unmarked",
    // A finding about bytes of the client's disk.
    "fuzz --stack raw:exact --bug logger.fua-unmarked --seeds 12 --output bytes",
    "fuzz --stack vhdx:exact --bug writer.payload-not-stable --seeds 1",
    "run \(Repository.path("Scenarios/schedules/all-exact.yaml"))",
  ]

  /// What reads the inputs, or what the campaigns have written.
  private static let readings = [
    "bisect flushed.log \(raw) --command 'false {image}'",
    "bisect \(stray) --rule D09",
    "bisect unmarked/*/unshrunk",
    "bisect several --states prefix --command 'sh -c \"! test -e $0/b\" {folder}'",
    """
    bisect unflushed.log \(raw) --states prefix,drop:1 --command \
      "bash -c 'cmp -s -n 512 -i 512:0 \\"\\$0\\" /dev/zero || ! cmp -s -n 512 \\"\\$0\\" /dev/zero' {image}"
    """,
    """
    bisect flushed.log \(raw) --command \
      'sh -c "cmp -s -n 512 -i 1024:0 $0 /dev/zero && exit 0; cmp -s -n 512 -i 2048:0 $0 /dev/zero && exit 125; exit 1" {image}'
    """,
    """
    bisect torn.log \(raw) --states prefix,torn:512 --command \
      'sh -c "cmp -s -n 512 -i 2048:0 $0 /dev/zero || exit 0; cmp -s -n 512 -i 2560:0 $0 /dev/zero" {image}'
    """,
    "recover dirty.vhdx --dry-run --bug recovery.tail-ignored",
    "recover dirty.vhdx --dry-run --profile qemu-7.2.22",
    "recover damaged.vhdx --dry-run --profile qemu-7.2.22",
    "recover lost-log.vhdx --dry-run --bug recovery.opens-without-sequence",
    "recover lost-log.vhdx --dry-run --profile qemu-7.2.22",
    "recover dirty.vhdx --output copy.vhdx",
    "recover place.vhdx", "recover header.vhdx --dry-run", "recover runs.vhdx --dry-run",
    "inspect flushed.log --entries", "inspect damaged.log", "inspect count-zero.log",
    "inspect marks.log --entries", "inspect reread/*/unshrunk --entries",
    "inspect foreign.log", "inspect base.vhdx", "inspect dirty.vhdx --entries",
    "inspect damaged.vhdx --entries", "inspect lost-log.vhdx", "inspect header.vhdx",
    "inspect headers.vhdx", "inspect regions.vhdx", "inspect child.vhdx", "inspect fixed.vhdx",
    "inspect runs.vhdx --entries", "inspect used.vhdx --entries", "inspect bitmap.vhdx --entries",
    "inspect whole.vdi --entries", "inspect count.vdi", "inspect version.vdi",
  ]

  /// What no document here comes to, and why not.
  private static let unreached = [
    // A report of another command's: where a signal comes before inspect's own document has begun.
    "report.schema.json #/command \"inspect\"",
    // A list that a signal cuts short.
    "inspect.schema.json #/inspected \"interrupted\"",
    // A state of a recording with operations in flight.
    "bisect.schema.json #/entry/difference \"early\"",
  ]

  /// All documents that the tool prints here, in files.
  private static let documents = Result { try makeDocuments() }

  private struct Documents: Sendable {
    var files: DocumentSchemaFiles
    var lines: [String] = []
    var schemas: [String] = []

    func path(_ place: Int) -> String { files.folder.path("document-\(place).json") }

    var all: [SchemaPeer.Document] { schemas.indices.map { (schemas[$0], path($0)) } }

    mutating func add(_ line: String, _ text: String) throws {
      let command = String(line.prefix { $0 != " " })
      let hasOwn = ["bisect", "recover", "inspect"].contains(command)
      try OutputFile.write(text, to: path(lines.count))
      lines.append(line)
      schemas.append(hasOwn ? command : "report")
    }
  }

  private static func makeDocuments() throws -> Documents {
    var documents = Documents(files: try DocumentSchemaFiles())
    let folder = documents.files.folder
    func printDocument(_ line: String, limit: Double? = nil) throws {
      let timeout = limit.map { "timeout --preserve-status -s INT \($0) " } ?? ""
      let run = try ToolRun.line(
        "exec \(timeout)powercut \(line) --format json", in: folder.path)
      try documents.add(line, run.result)
    }
    for situation in Situation.all {
      try printDocument(situation.line, limit: situation.interruption)
    }
    for line in campaigns { try printDocument(line) }
    // Two logs of the tool's own, one behind the other.
    try shell(
      """
      cd '\(folder.path)'
      cat early/*/unshrunk/writes.log > foreign.log
      tail -c +513 reread/*/unshrunk/writes.log >> foreign.log
      """)
    for line in readings { try printDocument(line) }
    for path in try Folders.files(below: folder.path, suffix: "finding.json") {
      try documents.add("finding.json", InputFile.text(path))
    }
    return documents
  }

  @Test func everyDocumentIsAsItsSchemaSays() throws {
    let documents = try Self.documents.get()
    let faults = try SchemaPeer.faults(documents.all)
    #expect(faults.count == documents.lines.count && faults.count > Situation.all.count)
    for (line, fault) in zip(documents.lines, faults) { #expect(fault == nil, "\(line)") }
  }

  /// Else nobody would see that a part of a schema is wrong.
  @Test func everyPartOfTheSchemasIsMet() throws {
    let unreached = try SchemaPeer.unreachedParts(Self.documents.get().all)
    #expect(Set(unreached) == Set(Self.unreached), "\(unreached)")
  }

  // MARK: Documents that are wrong

  /// What is put in the place of a text, in a document that is right, and a word of what is said then.
  @Test(arguments: [
    ("report", "\"passed\"", "\"pased\"", "pased"),
    ("report", "\"rule\" : \"L04\"", "\"rule\" : \"L40\"", "L40"),
    ("report", "\"cut\" : ", "\"cut\" : -", "minimum"),
    ("report", "\"schemaVersion\" : 2", "\"schemaVersion\" : \"2\"", "2"),
    ("report", "\"severity\" : ", "\"severe\" : ", "sever"),
    ("report", "\"seeds\" : {", "\"seeds\" : { \"step\" : 1,", ""),
    ("report", "\"notes\" : ", "\"notes\" : null, \"note\" : ", "not"),
    ("bisect", "\"verdict\" : \"culprit\"", "\"verdict\" : \"guilty\"", "guilty"),
    ("bisect", "\"monotony\" : ", "\"monotone\" : ", "monoton"),
    ("bisect", "\"deviceByteOffset\" : \"0x", "\"deviceByteOffset\" : \"", ""),
    ("recover", "\"written\" : \"nothing\"", "\"written\" : \"all\"", "all"),
    ("recover", "\"isDryRun\" : true", "\"isDryRun\" : 1", "boolean"),
    ("recover", "\"runs\" : [", "\"runs\" : {}, \"run\" : [", "run"),
    ("inspect", "\"kind\" : \"vhdx\"", "\"kind\" : \"vhd\"", ""),
    ("inspect", "\"opens\" : true", "\"opens\" : \"yes\"", ""),
    ("inspect", "\"entryCount\" : ", "\"entries\" : null, \"count\" : ", ""),
  ])
  func aDocumentThatIsWrongIsRefused(
    schema: String, right: String, wrong: String, word: String
  ) throws {
    let documents = try Self.documents.get()
    let sources = documents.all.filter { $0.schema == schema }
    let text = try #require(
      try sources.lazy.map { try InputFile.text($0.path) }.first { $0.contains(right) })
    let folder = try TemporaryFolder()
    let place = try #require(text.range(of: right))
    try OutputFile.write(
      text.replacingCharacters(in: place, with: wrong), to: folder.path("wrong.json"))
    let fault = try #require(try SchemaPeer.faults([(schema, folder.path("wrong.json"))])[0])
    #expect(word.isEmpty || fault.contains(word), "\(fault)")
  }

  /// A key that is not there is not the same as one with null.
  @Test(arguments: ["report", "bisect", "recover", "inspect"])
  func everyKeyIsNeededAndNoOtherIsTaken(schema: String) throws {
    let source = try #require(Self.documents.get().all.first { $0.schema == schema })
    let keys = try JSON(parsing: InputFile.text(source.path)).keys
    let folder = try TemporaryFolder()
    var documents: [SchemaPeer.Document] = []
    func add(_ keys: [String: Any]) throws {
      let path = folder.path("\(documents.count).json")
      let data = try JSONSerialization.data(withJSONObject: keys)
      try OutputFile.write(String(decoding: data, as: UTF8.self), to: path)
      documents.append((schema, path))
    }
    for key in keys.keys.sorted() {
      var fewer = keys
      fewer[key] = nil
      try add(fewer)
    }
    var more = keys
    more["another"] = NSNull()
    try add(more)
    for fault in try SchemaPeer.faults(documents) { #expect(fault != nil) }
  }
}

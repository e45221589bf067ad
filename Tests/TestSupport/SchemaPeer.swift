import Host

/// The JSON Schemas of docs/schemas, as Debian's python3-jsonschema reads them.
package enum SchemaPeer {
  private static let python = Peer(program: "/usr/bin/python3", package: "python3-jsonschema")

  /// A document and the name of its schema: `report`.
  package typealias Document = (schema: String, path: String)

  /// Where each document is not as its schema says, and why; `nil` where it is.
  package static func faults(_ documents: [Document]) throws -> [String?] {
    try lines(documents, []).map { $0 == "valid" ? nil : $0 }
  }

  /// The same of scenarios in the order of `texts`.
  package static func faults(ofScenarios texts: [String]) throws -> [String?] {
    let folder = try TemporaryFolder(prefix: "schemas")
    let paths = texts.indices.map { folder.path("\($0).yaml") }
    for (text, path) in zip(texts, paths) { try OutputFile.write(text, to: path) }
    return try faults(paths.map { ("scenario", $0) })
  }

  /// The parts of the schemas that none of these documents comes to. All of them must be valid.
  package static func unreachedParts(_ documents: [Document]) throws -> [String] {
    Array(try lines(documents, ["--unreached"]).dropFirst(documents.count))
  }

  private static func lines(_ documents: [Document], _ options: [String]) throws -> [String] {
    let list = documents.map {
      "\(Repository.path("docs/schemas/\($0.schema).schema.json"))\t\($0.path)\n"
    }
    return try python.run(
      [Repository.path("Tests/Oracle/validate.py")] + options, input: Array(list.joined().utf8)
    ).split(separator: "\n").map(String.init)
  }
}

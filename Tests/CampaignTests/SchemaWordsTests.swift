import Campaign
import Checking
import CrashStates
import Host
import Rules
import Scheduling
import Stacks
import TestSupport
import Testing
import WriteLog

/// What the schemas of docs/schemas enumerate and the code has lists of is made from these lists.
@Suite struct SchemaWordsTests {
  /// The definitions that are made, by the name that they have in each schema.
  private static let definitions = [
    MadeDefinition(
      "stack", "What is under test: a format with a profile, or a program that is run.",
      StackName.scenarioNames.map { ($0, nil) }),
    MadeDefinition(
      "bug", "A mistake that a stack can be told to make.",
      PlantedBug.all.map { ($0.identifier, $0.summary) }),
    MadeDefinition(
      "rule", "A rule (docs/rules.md).", Rule.allCases.map { ($0.rawValue, $0.promise) }),
    MadeDefinition(
      "strategy", "What decides which operation goes next; auto where nothing is said.",
      (StrategyName.allCases.map(\.rawValue) + [ExhaustiveBound.strategyName]).map { name in
        (name, Word.all.first { $0.kind == .strategy && $0.name == name }?.meaning)
      }),
    MadeDefinition(
      "tierWord", "Crash states of one kind (docs/crash-model.md).",
      tierWords.map { ($0.name, $0.meaning) }),
    MadeDefinition(
      "workloadWord", "A workload that is a word.",
      FuzzedWorkload.allCases.filter { $0 != .client && $0 != .commands }.map { ($0.rawValue, nil) }
    ),
    MadeDefinition(
      "severity", "How bad a broken rule is (docs/rules.md).",
      Severity.allCases.map { ($0.rawValue, nil) }),
    MadeDefinition(
      "outcome", "What it amounts to (docs/results.md).",
      Outcome.Kind.allCases.map { ($0.rawValue, nil) }),
    MadeDefinition(
      "verdict", "What a run that is carried out again came to (docs/tokens.md).",
      ReplayVerdict.Kind.allCases.map { ($0.rawValue, nil) }),
    MadeDefinition(
      "entryKind", "What an entry of the log is.", LogEntry.Kind.allCases.map { ("\($0)", nil) }),
    MadeDefinition(
      "listedFormat", "The format of the image.",
      ImageFormats.all.map(\.name).filter { !["raw", "vhdx"].contains($0) }.map { ($0, nil) }),
  ]

  /// Those without a number; the schema has patterns for the others.
  private static let tierWords = Word.all.filter { $0.kind == .tier && !$0.name.contains(":") }

  private static let schemas = [
    "scenario", "campaign-file", "report", "campaign", "bisect", "recover", "inspect",
  ]

  @Test(arguments: schemas)
  func theEnumerationsAreMadeFromTheCode(schema: String) throws {
    let path = "docs/schemas/\(schema).schema.json"
    let text = try Repository.text(path)
    let made = Self.definitions.reduce(text) { $1.replaced(in: $0, isTold: schema == "scenario") }
    if Environment.value("POWERCUT_SCHEMAS") == "write" {
      try OutputFile.write(made, to: Repository.path(path))
    } else {
      #expect(text == made)
    }
  }

  /// A definition that no schema has would be made in vain.
  @Test func everyDefinitionIsInASchema() throws {
    let texts = try Self.schemas.map { try Repository.text("docs/schemas/\($0).schema.json") }
    for definition in Self.definitions {
      #expect(texts.contains { definition.place(in: $0) != nil }, "\(definition.name)")
    }
  }

  @Test func aWordThatIsNotInTheSchemaIsSeen() {
    let definition = MadeDefinition("word", "One of two.", [("a", "The first."), ("b", nil)])
    let stale = """
      {
        "definitions": {
          "word": {
            "enum": [
              "a"
            ]
          },
          "other": {}
        }
      }
      """
    let made = definition.replaced(in: stale, isTold: false)
    #expect(made != stale)
    #expect(made.contains("\"a\",\n        \"b\"\n      ]\n    },\n    \"other\""))
    #expect(definition.replaced(in: made, isTold: false) == made)
  }

  /// Without its modules, as on a machine that scripts/bootstrap has not seen.
  @Test func thePackageThatIsMissingIsNamed() throws {
    let script = Repository.path("Tests/Oracle/validate.py")
    let run = try Peer(program: "/usr/bin/python3", package: "python3").attempt(["-S", script])
    #expect(run.status == .exited(1))
    #expect(run.errorText.contains("Debian package 'python3-jsonschema': run scripts/bootstrap"))
  }

  /// Every form of a tier, with a number where one belongs, beside some that are none.
  @Test func theSchemaTakesTheTiersThatThereAre() throws {
    let forms = Tier.forms.prefix { $0 != "(" }.split(separator: ",").map {
      $0.trimmingPrefix(" ").replacing("BYTES", with: "4096").replacing(/:[KN]/, with: ":12")
        .split(separator: " ")[0]
    }
    #expect(forms.count >= 12, "the forms were not understood")
    let others = ["drop", "drop:0", "torn:", "prefix:1", "random:x", "keep:-1", "Prefix"]
    let tiers = forms.map(String.init) + others
    let faults = try SchemaPeer.faults(
      ofScenarios: tiers.map { tier in
        """
        summary: A sentence.
        stack: raw:exact
        workload: { tasks: 1 }
        states: ["\(tier)"]
        expect: pass
        """
      })
    for (tier, fault) in zip(tiers, faults) {
      #expect((fault == nil) == ((try? Tier(parsing: tier)) != nil), "\(tier): \(fault ?? "")")
    }
    #expect(faults.count { $0 == nil } == forms.count)
  }
}

/// A definition of a schema that lists words of the code.
private struct MadeDefinition {
  let name: String
  private let description: String
  private let words: [(word: String, meaning: String?)]

  init(_ name: String, _ description: String, _ words: [(String, String?)]) {
    self.name = name
    self.description = description
    self.words = words
  }

  /// `text` with this definition as it must be, where it has it.
  ///
  /// - Parameter isTold: whether editors get what each word means.
  func replaced(in text: String, isTold: Bool) -> String {
    guard let place = place(in: text) else { return text }
    return text[..<place.lowerBound] + lines(isTold: isTold) + text[place.upperBound...]
  }

  /// From the name to the brace that ends it. Definitions are four columns in, two for each level.
  func place(in text: String) -> Range<String.Index>? {
    guard let definitions = text.firstRange(of: "\n  \"definitions\": {"),
      let start = text[definitions.upperBound...].firstRange(of: "\n    \"\(name)\": {\n"),
      let end = text[start.upperBound...].firstRange(of: "\n    }")
    else { return nil }
    return start.lowerBound..<end.upperBound
  }

  private func lines(isTold: Bool) -> String {
    var keys = [
      "\"description\": \(quoted(description))",
      "\"$comment\": \"Made from the code by POWERCUT_SCHEMAS=write swift test --filter SchemaWordsTests\"",
      "\"enum\": \(list(words.map(\.word)))",
    ]
    if isTold && words.contains(where: { $0.meaning != nil }) {
      keys.append("\"enumDescriptions\": \(list(words.map { $0.meaning ?? "" }))")
    }
    return "\n    \"\(name)\": {\n" + keys.map { "      " + $0 }.joined(separator: ",\n")
      + "\n    }"
  }

  private func list(_ items: [String]) -> String {
    "[\n" + items.map { "        " + quoted($0) }.joined(separator: ",\n") + "\n      ]"
  }

  /// The words of the code are printable and in one line.
  private func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}

import Foundation
import Host
import TestSupport
import Testing

/// Every row of docs/outcomes.md, carried out: exit status, text, JSON and JUnit say the same.
@Suite struct OutcomeTableTests {
  private static let files = Result { try SituationFiles() }

  private func run(_ situation: Situation, _ format: String) throws -> ToolRun {
    let limit = situation.interruption.map { "timeout --preserve-status -s INT \($0) " } ?? ""
    return try ToolRun.line(
      "exec \(limit)powercut \(situation.line) --format \(format)",
      in: Self.files.get().folder.path)
  }

  @Test(arguments: Situation.all)
  func everyFormatSaysTheSame(situation: Situation) throws {
    let text = try run(situation, "text")
    #expect(text.status == situation.outcome.exitStatus, "\(text.result)\(text.errors)")
    expectText(text, situation.outcome)
    let json = try run(situation, "json")
    #expect(json.status == situation.outcome.exitStatus)
    let document = try json.json
    #expect(document.text("outcome") == situation.outcome.rawValue)
    #expect(document.bool("passed") == (situation.outcome == .passed))
    let reasons = try #require(document.keys["reasons"] as? [String])
    #expect(reasons.isEmpty == (situation.outcome == .passed), "\(reasons)")
    let junit = try run(situation, "junit")
    #expect(junit.status == situation.outcome.exitStatus)
    try expectJUnit(junit.result, situation.outcome)
  }

  /// Of what was not even begun a person reads a sentence on stderr alone.
  private func expectText(_ run: ToolRun, _ outcome: Situation.Outcome) {
    let said = run.result + run.errors
    switch outcome {
    case .passed: #expect(!run.result.isEmpty && !said.contains("FAIL"))
    case .failed: #expect(run.result.contains("FAIL") || run.result.contains("refused"), "\(said)")
    case .incomplete: #expect(!run.errors.isEmpty, "\(said)")
    case .nothingChecked:
      #expect(
        said.contains("NOTHING WAS CHECKED") || said.contains("NOTHING WAS JUDGED"), "\(said)")
    case .interrupted: #expect(run.result.contains("INTERRUPTED"), "\(said)")
    }
  }

  private func expectJUnit(_ document: String, _ outcome: Situation.Outcome) throws {
    let count = { (word: String) in document.components(separatedBy: "<\(word)").count - 1 }
    let counts = (count("failure"), count("error"), count("skipped"))
    switch outcome {
    case .passed: #expect(counts.0 == 0 && counts.1 == 0, "\(document)")
    case .failed: #expect(counts.0 > 0, "\(document)")
    case .incomplete: #expect(counts.0 == 0 && counts.1 > 0, "\(document)")
    case .nothingChecked: #expect(counts.0 == 0 && counts.1 == 0 && counts.2 > 0, "\(document)")
    case .interrupted: #expect(counts.0 == 0 && counts.1 > 0, "\(document)")
    }
    let folder = try TemporaryFolder()
    try OutputFile.write(document, to: folder.path("report.xml"))
    try JUnitSchema.check(folder.path("report.xml"))
  }

  @Test func theTableIsThatOfTheDocumentation() throws {
    let text = try InputFile.text(Repository.path("docs/outcomes.md"))
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("| `") }.map(String.init)
    #expect(rows == Situation.all.map(\.row))
    #expect(rows.count >= 40)
  }
}

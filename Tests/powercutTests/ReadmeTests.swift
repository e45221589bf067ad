import Foundation
import Host
import TestSupport
import Testing

/// The first screen of the README, and the scenario of docs/scenarios.md, are what the tool prints and reads today.
@Suite struct ReadmeTests {
  @Test func theReportIsTheOneThatItsCommandPrints() throws {
    let readme = try Repository.text("README.md")
    let block = try #require(readme.split(separator: "```", maxSplits: 2).dropFirst().first)
    let lines = block.split(separator: "\n").map(String.init)
    let command = try #require(lines.first)
    #expect(command.hasPrefix("$ powercut "))
    let arguments = command.split(separator: " ").dropFirst(2).map(String.init)
    let run = try ToolRun(arguments, build: .release)
    #expect(run.status == 1)
    let printed = Set(run.result.split(separator: "\n").map(String.init))
    for line in lines.dropFirst() {
      #expect(printed.contains(line), "the tool does not print: \(line)")
    }
  }

  @Test func theScenarioIsTheOneInTheFolder() throws {
    let page = try Repository.text("docs/scenarios.md")
    let start = try #require(page.range(of: "```yaml\n")?.upperBound)
    let rest = page[start...]
    let end = try #require(rest.range(of: "```")?.lowerBound)
    #expect(
      String(rest[..<end]) == (try Repository.text("Scenarios/logger/position-reread.yaml")))
  }
}

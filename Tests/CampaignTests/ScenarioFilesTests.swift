import Campaign
import Host
import Stacks
import TestSupport
import Testing

/// Scenarios/logger/, writer/ and recovery/ pin every bug, beside the same workload without it.
@Suite struct ScenarioFilesTests {
  private static func scenario(_ bug: PlantedBug, _ suffix: String = "") throws -> Scenario {
    let path = bug.identifier.replacing(".", with: "/")
    return try Scenario(parsing: Repository.text("Scenarios/\(path)\(suffix).yaml"))
  }

  @Test(arguments: PlantedBug.all)
  func everyBugHasAScenarioThatBreaksAndATwinThatPasses(bug: PlantedBug) throws {
    let broken = try Self.scenario(bug)
    var twin = try Self.scenario(bug, "-exact")
    #expect(broken.configuration.bugs == [bug])
    #expect(broken.expectation != .pass)
    #expect(twin.expectation == .pass)
    #expect(twin.configuration.bugs.isEmpty)
    twin.summary = broken.summary
    twin.configuration.bugs = [bug]
    twin.expectation = broken.expectation
    #expect(twin == broken)
  }

  @Test func everyScenarioHoldsItsExpectation() throws {
    for path in try Folders.files(below: Repository.path("Scenarios"), suffix: ".yaml") {
      let scenario = try Scenario(parsing: InputFile.text(path))
      // Programs are run by what the world can do.
      if scenario.configuration.stack.program != nil { continue }
      let outcome = scenario.run(path: path).0
      #expect(outcome.failure == nil, "\(path)")
      #expect(outcome.counts.states > 0)
    }
  }
}

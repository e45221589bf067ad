import Campaign
import Host
import Stacks
import TestSupport
import Testing

/// Scenarios/logger/ pins every bug of the logger, beside the same workload without it.
@Suite struct ScenarioFilesTests {
  private static func scenario(_ name: String) throws -> Scenario {
    try Scenario(parsing: Repository.text("Scenarios/logger/\(name).yaml"))
  }

  @Test(arguments: BugSwitch.loggerBugs)
  func everyBugHasAScenarioThatBreaksAndATwinThatPasses(bug: BugSwitch) throws {
    let name = String(bug.rawValue.dropFirst("logger.".count))
    let broken = try Self.scenario(name)
    var twin = try Self.scenario("\(name)-exact")
    #expect(broken.configuration.bugs == [.stack(bug)])
    #expect(broken.expectation != .pass)
    #expect(twin.expectation == .pass)
    #expect(twin.configuration.bugs.isEmpty)
    twin.configuration.bugs = [.stack(bug)]
    twin.expectation = broken.expectation
    #expect(twin == broken)
  }

  @Test func everyScenarioHoldsItsExpectation() throws {
    for path in try Folders.files(below: Repository.path("Scenarios"), suffix: ".yaml") {
      let outcome = try Scenario(parsing: InputFile.text(path)).run(path: path).0
      #expect(outcome.failure == nil, "\(path)")
      #expect(outcome.counts.states > 0)
    }
  }
}

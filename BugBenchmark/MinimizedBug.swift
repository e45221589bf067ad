import Campaign
import Host
import Scheduling

/// What minimizing made of the runs that found a bug: of several, the largest.
struct MinimizedBug: Sendable {
  var bug: CataloguedBug
  /// How many runs were made smaller.
  var caseCount = 0
  var operationCount = 0
  var switchCount = 0
  var lostWriteCount = 0
  var nanoseconds: UInt64 = 0
  /// What the file of the minimized case did not do: break the rule again.
  var failures: [String] = []
  /// What it broke without the bug: false alarms.
  var falseAlarms: [String] = []

  /// What a minimized case may come to.
  static let allowedOperationCount = 6
  static let allowedSwitchCount = 4
  static let allowedNanoseconds: UInt64 = 30_000_000_000

  var isSmallEnough: Bool {
    caseCount > 0 && operationCount <= Self.allowedOperationCount
      && switchCount <= Self.allowedSwitchCount && nanoseconds <= Self.allowedNanoseconds
      && failures.isEmpty && falseAlarms.isEmpty
  }

  /// Looks for the bug from some starts, and makes what each finds smaller.
  ///
  /// - Parameter limit: how many seeds a start looks at, at most.
  init(_ bug: CataloguedBug, startCount: Int, limit: Int) {
    self.bug = bug
    for start in 1...startCount {
      guard let seed = bug.search(.auto, start: start, limit: limit).findingSeed else { continue }
      minimize(seed)
    }
  }

  private mutating func minimize(_ seed: Seed) {
    let plan = bug.plan(.auto, seeds: SeedRange(first: seed, last: seed))
    guard let finding = plan.run(seed).findings.first(where: { bug.rules.contains($0.rule) })
    else { return }
    let start = MonotonicClock.nanoseconds
    let result = Result { try FindingGroup.minimizing(finding, of: plan) { true } }
    nanoseconds = max(nanoseconds, MonotonicClock.nanoseconds - start)
    caseCount += 1
    guard let group = try? result.get() else {
      failures.append("seed \(seed): the listed operations do not break \(finding.rule.rawValue)")
      return
    }
    operationCount = max(operationCount, group.operationCount)
    switchCount = max(switchCount, group.switchCount)
    lostWriteCount = max(lostWriteCount, group.lostWriteCount)
    checkFile(of: group, seed)
  }

  /// Reads the case back from its text and carries it out, with the bug and without.
  private mutating func checkFile(of group: FindingGroup, _ seed: Seed) {
    do {
      var scenario = try Scenario(parsing: group.scenario.text)
      if let failure = scenario.run(path: "").0.failure {
        failures.append("seed \(seed): \(failure)")
      }
      scenario.configuration.bugs = []
      scenario.expectation = .pass
      if let failure = scenario.run(path: "").0.failure {
        falseAlarms.append("\(bug.identifier), mended, seed \(seed): \(failure)")
      }
    } catch {
      failures.append("seed \(seed): \(error)")
    }
  }
}

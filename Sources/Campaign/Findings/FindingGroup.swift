import Checking
import Scheduling

/// Findings that are most likely of one bug: the same rule, found by the same judge, in minimized cases of
/// the same shape.
package struct FindingGroup: Hashable, Sendable {
  /// Of the minimized case, with all that happened in it.
  package var finding: Finding
  package var scenario: Scenario
  /// The first seed that led here, as it was drawn, with the choices that it made.
  package var unshrunk: Scenario
  /// The same in one word; `nil` where it is not known.
  package var token: String?
  package var shape: CaseShape
  package var operationCount = 0
  package var switchCount = 0
  package var lostWriteCount = 0
  /// The seeds that led here; more may have, because only a few of each rule are minimized.
  package var seeds: [Seed]
  /// The case may be smaller than this, but the time was over.
  package var wasEndedByClock = false

  package init(_ shrunk: ShrunkCase, unshrunk: Scenario) {
    finding = shrunk.finding
    scenario = shrunk.scenario
    self.unshrunk = unshrunk
    shape = shrunk.shape
    operationCount = shrunk.operationCount
    switchCount = shrunk.switchCount
    lostWriteCount = shrunk.lostWriteCount
    seeds = [unshrunk.seeds.first]
    wasEndedByClock = shrunk.wasEndedByClock
  }

  /// What cannot be made smaller: images that are made up from a seed, transactions that it draws.
  package init(unshrinkable finding: Finding, _ scenario: Scenario) {
    self.finding = finding
    self.scenario = scenario
    unshrunk = scenario
    token = finding.token
    let workload: FuzzedWorkload =
      scenario.configuration.workload == .transactions ? .transactions : .dirtyImages
    shape = CaseShape(text: workload.rawValue)
    seeds = [scenario.seeds.first]
  }

  /// `D01-promise-judge-1a2b3c4d`: of one bug the same in every run.
  package var name: String {
    "\(finding.rule.rawValue)-\(finding.violation.judge.rawValue)-\(shape.name)"
  }

  /// Takes a finding in, where there is a group that it belongs to.
  package static func add(_ group: FindingGroup, to groups: inout [FindingGroup]) {
    if let place = groups.firstIndex(where: { $0.name == group.name }) {
      groups[place].seeds += group.seeds
    } else {
      groups.append(group)
    }
  }
}

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

  /// A run of commands, made smaller.
  ///
  /// - Parameter found: the run as it was found.
  init(
    _ found: Scenario, _ finding: Finding, carrier: any FilesCarrier,
    isGoingOn: @escaping () -> Bool
  ) {
    var shrinker = CommandsShrinker(found, finding, carrier: carrier, isGoingOn: isGoingOn)
    shrinker.shrink()
    self.init(unshrinkable: finding, shrinker.scenario)
    unshrunk = found
    self.finding.violation = shrinker.violation
    operationCount = shrinker.scenario.configuration.commands?.run.count ?? 0
    switchCount = shrinker.switchCount
    wasEndedByClock = shrinker.wasEndedByClock
  }

  /// What cannot be made smaller: images that are made up from a seed, transactions that it draws.
  package init(unshrinkable finding: Finding, _ scenario: Scenario) {
    self.finding = finding
    self.scenario = scenario
    unshrunk = scenario
    token = finding.token
    shape = CaseShape(text: Self.shape(of: finding, scenario.configuration))
    seeds = [scenario.seeds.first]
  }

  private static func shape(of finding: Finding, _ configuration: RunConfiguration) -> String {
    switch configuration.workload {
    case .dirtyImages: FuzzedWorkload.dirtyImages.rawValue
    case .transactions: FuzzedWorkload.transactions.rawValue
    // What the check said: two mistakes say two things.
    case .commands: FailureGroups.key(of: finding.violation)
    case .drawn, .explicit: preconditionFailure("a client's operations can be made smaller")
    }
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

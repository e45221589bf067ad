import Checking
import CrashStates
import Rules
import Scheduling

/// Makes a run of commands smaller whose check fails: fewer commands side by side, fewer faults, fewer switches between
/// them. What counts as the same failure is what the check says of it, numbers aside.
struct CommandsShrinker {
  private let rule: Rule
  private let key: String
  private let carrier: any FilesCarrier
  private let isGoingOn: () -> Bool
  private let seed: Seed
  /// The smallest so far.
  private(set) var scenario: Scenario
  private(set) var violation: Violation
  private(set) var switchCount = 0
  private(set) var wasEndedByClock = false

  /// - Parameter scenario: of one seed, with the choices of the run that was found where it has any.
  init(
    _ scenario: Scenario, _ finding: Finding, carrier: any FilesCarrier,
    isGoingOn: @escaping () -> Bool
  ) {
    rule = finding.rule
    key = FailureGroups.key(of: finding.violation)
    self.carrier = carrier
    self.isGoingOn = isGoingOn
    seed = scenario.seeds.first
    self.scenario = scenario
    violation = finding.violation
  }

  mutating func shrink() {
    guard let commands = scenario.configuration.commands, commands.order == .owned else { return }
    leaveOutCommands(commands)
    leaveOutFaults()
    mergeTurns()
    if !isGoingOn() { wasEndedByClock = true }
  }

  private mutating func leaveOutCommands(_ commands: ProgramCommands) {
    var commands = commands
    for place in commands.run.indices.reversed() where commands.run.count > 1 {
      var fewer = commands
      fewer.run.remove(at: place)
      var smaller = scenario.configuration
      smaller.workload = .commands(fewer)
      // The choices of more commands are none of fewer.
      smaller.schedule = .turns(TaskOrder())
      if takes(smaller) { commands = fewer }
    }
  }

  private mutating func leaveOutFaults() {
    for place in scenario.configuration.faults.errors.keys.sorted() {
      var smaller = scenario.configuration
      smaller.faults.errors[place] = nil
      _ = takes(smaller)
    }
    for place in scenario.configuration.faults.shortWrites.sorted() {
      var smaller = scenario.configuration
      smaller.faults.shortWrites.remove(place)
      _ = takes(smaller)
    }
  }

  /// The order without a preemption, or else without parts of the turns that the run took.
  private mutating func mergeTurns() {
    guard scenario.configuration.schedule.choices?.choices.isEmpty == false else { return }
    var merged = scenario.configuration
    merged.schedule = .turns(TaskOrder())
    if takes(merged) { return }
    guard let order = order(of: scenario.configuration) else { return }
    _ = DeltaDebugging.minimized(order.turns) { turns in
      var smaller = scenario.configuration
      smaller.schedule = .turns(TaskOrder(turns))
      return takes(smaller)
    }
  }

  /// The turns of a run that is known to fail; `nil` where the time is over.
  private func order(of configuration: RunConfiguration) -> TaskOrder? {
    if !isGoingOn() { return nil }
    let run = carrier.carryOut(configuration, seed: seed, tiers: scenario.tiers)
    return run.steps.replayDivergence == nil ? run.steps.order : nil
  }

  /// Carries a smaller run out, and keeps it where its check fails in the same way.
  private mutating func takes(_ configuration: RunConfiguration) -> Bool {
    if !isGoingOn() { return false }
    let run = carrier.carryOut(configuration, seed: seed, tiers: scenario.tiers)
    guard run.stall == nil || !run.judgement.violations.isEmpty,
      let found = run.judgement.violations.first(where: {
        $0.rule == rule && FailureGroups.key(of: $0) == key
      })
    else { return false }
    scenario.configuration = configuration
    violation = found
    switchCount = run.steps.order.switchCount
    return true
  }
}

import Stacks

/// Why a configuration can be no run, said in the same words of options, tokens and scenarios: each of them
/// adds where the part stands that has to be changed.
package struct ConfigurationProblem: Error, Hashable, Sendable {
  /// What of a configuration does not go with the rest.
  package enum Part: String, Sendable {
    case bugs
    case workload
    case schedule
  }

  package var part: Part
  /// A sentence without its full stop.
  package var reason: String

  init(_ part: Part, _ reason: String) {
    self.part = part
    self.reason = reason
  }
}

extension RunConfiguration {
  /// Whether stack, bugs, workload and schedule go together.
  ///
  /// - Throws: ``ConfigurationProblem`` at the first of them that does not.
  package func validate() throws(ConfigurationProblem) {
    try validateWorkload()
    try validateBugs()
    try validateSchedule()
  }

  private func validateWorkload() throws(ConfigurationProblem) {
    let keepsFolder = stack.program?.keepsFolder == true
    let isDatabase = keepsFolder && stack.program?.isOfCommands == false
    switch workload {
    case .commands: break
    case _ where stack.program?.isOfCommands == true:
      throw ConfigurationProblem(
        .workload, "\(stack) runs the commands of a scenario: name one with --scenario")
    case .transactions where !isDatabase:
      throw ConfigurationProblem(
        .workload,
        "transactions belong to a database, such as program:sqlite3-wal-full, and \(stack) is none")
    case .dirtyImages where !stack.holdsMadeUpImages:
      throw ConfigurationProblem(
        .workload,
        "made-up images (dirty-images) belong to a simulated stack of images, such as "
          + "\(StackName.ofMadeUpImages), and \(stack) is none")
    case .drawn where isDatabase, .explicit where isDatabase:
      throw ConfigurationProblem(
        .workload, "\(stack) is a database: its workload is transactions, and nothing else")
    default: break
    }
  }

  private func validateBugs() throws(ConfigurationProblem) {
    guard stack.program == nil || bugs.isEmpty else {
      throw ConfigurationProblem(
        .bugs,
        "bugs belong to simulated stacks, and \(stack) is none: a program has those of its own")
    }
    if let reason = bugs.reasonToRefuse(in: stack, isDirtyImages: workload == .dirtyImages) {
      throw ConfigurationProblem(.bugs, reason)
    }
  }

  private func validateSchedule() throws(ConfigurationProblem) {
    if let reason = reasonForNoSchedule, schedule != .usual {
      throw ConfigurationProblem(.schedule, reason)
    }
    guard schedule.exhaustiveBound == nil || stack.program == nil else {
      throw ConfigurationProblem(
        .schedule, "the strategy dfs is for simulated stacks: a program is too slow")
    }
  }

  /// Why nothing of the run is scheduled; `nil` where a client's tasks are.
  package var reasonForNoSchedule: String? {
    switch workload {
    case .drawn, .explicit: nil
    case .dirtyImages: "made-up images have no client, so there is no schedule to choose"
    case .commands(let commands):
      commands.order == .owned
        ? nil
        : "the order is the program's own ('order: recorded'), so there is no schedule to choose"
    case .transactions:
      "a database's transactions come one after the other, so there is no schedule to choose"
    }
  }
}

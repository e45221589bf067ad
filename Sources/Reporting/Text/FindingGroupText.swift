import Campaign

/// A minimized finding in a few lines: how small it is, where it came from, and its scenario.
package struct FindingGroupText {
  private let group: FindingGroup

  package init(_ group: FindingGroup) {
    self.group = group
  }

  package var lines: [String] {
    [
      "minimized \(sizes)\(group.wasEndedByClock ? " (the time was over)" : "")",
      "found by  \(seeds)",
      "shape     \(group.shape)",
    ]
  }

  /// The lines, and the scenario to go on with.
  package var linesWithScenario: [String] {
    lines + ["scenario"]
      + group.scenario.text.split(separator: "\n").map { "  \($0)" }
  }

  private var sizes: String {
    switch group.scenario.configuration.workload {
    case .dirtyImages: return "not: a made-up image"
    case .commands:
      return [
        counted(group.operationCount, "command"), counted(group.switchCount, "switch", "switches"),
      ].joined(separator: ", ")
    case .transactions: return "not: the transactions of a database"
    case .drawn, .explicit: break
    }
    let lost = group.lostWriteCount
    return [
      counted(group.operationCount, "operation"),
      counted(group.switchCount, "switch", "switches"),
      lost == 0 ? "nothing lost" : counted(lost, "lost write"),
    ].joined(separator: ", ")
  }

  private var seeds: String {
    (group.seeds.count == 1 ? "seed " : "seeds ")
      + group.seeds.map { "\($0)" }.joined(separator: ", ")
  }
}

import Checking

/// How much was done. Every count is there in every report.
package struct RunCounts: Hashable, Sendable {
  package var scenarios = 0
  package var runs = 0
  package var entries = 0
  /// Marks among the entries of logs that others recorded.
  package var marks = 0
  package var states = 0
  package var distinctStates = 0
  /// Operations of clients of which it was promised that they survive.
  package var promises = 0
  /// States of which the structures of an image were judged, with or without a client.
  package var structureStates = 0
  /// Disks that were compared with what their log gives.
  package var comparedDisks = 0
  /// What commands said of the distinct states.
  package var commands: [CommandCounts] = []

  package init() {}

  package mutating func add(_ judgement: Judgement) {
    runs += 1
    entries += judgement.entryCount
    marks += judgement.markCount
    states += judgement.stateCount
    distinctStates += judgement.distinctStateCount
    promises += judgement.promiseCount
    structureStates += judgement.structureStateCount
    comparedDisks += judgement.comparedDiskCount
    CommandCounts.add(judgement.commands, to: &commands)
  }

  package mutating func add(_ other: RunCounts) {
    scenarios += other.scenarios
    runs += other.runs
    entries += other.entries
    marks += other.marks
    states += other.states
    distinctStates += other.distinctStates
    promises += other.promises
    structureStates += other.structureStates
    comparedDisks += other.comparedDisks
    CommandCounts.add(other.commands, to: &commands)
  }

  /// Why nothing was checked; `nil` where something was.
  ///
  /// - Parameter needsPromises: whether there was a client, to which something has to be promised.
  package func missingCheck(needsPromises: Bool) -> String? {
    if states == 0 { return "no crash state was judged" }
    if promises > 0 { return nil }
    let isJudged =
      structureStates > 0 || comparedDisks > 0 || commands.contains(where: \.hasJudged)
    if isJudged && !needsPromises { return nil }
    if !commands.isEmpty, !commands.contains(where: \.hasJudged) {
      return commands.silence
    }
    return needsPromises
      ? missingPromise
      : "nothing was promised and nothing was there to be judged: the log has no completed flush and no "
        + "FUA write, neither of its own nor of a client; give what it has to be held against (--live, "
        + "--as, --command)"
  }

  /// What a rule about promises lacks; `nil` where something was promised.
  package var missingPromise: String? {
    promises > 0
      ? nil
      : "nothing was promised: no flush, FUA write or close of a client succeeded, or fewer marks came than the "
        + "scenario asks for"
  }
}

extension RunCounts: Codable {
  private enum Key: String, CodingKey, CaseIterable {
    case scenarios, runs, entries, marks, states, distinctStates, promises, structureStates,
      comparedDisks, commands
  }

  private static let numbers: [(Key, any WritableKeyPath<RunCounts, Int> & Sendable)] = [
    (.scenarios, \.scenarios), (.runs, \.runs), (.entries, \.entries), (.marks, \.marks),
    (.states, \.states), (.distinctStates, \.distinctStates), (.promises, \.promises),
    (.structureStates, \.structureStates), (.comparedDisks, \.comparedDisks),
  ]

  /// A count that is not there is zero.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    for (key, number) in Self.numbers {
      self[keyPath: number] = try container.decodeIfPresent(Int.self, forKey: key) ?? 0
    }
    commands = try container.decodeIfPresent([CommandCounts].self, forKey: .commands) ?? []
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    for (key, number) in Self.numbers where self[keyPath: number] != 0 {
      try container.encode(self[keyPath: number], forKey: key)
    }
    if !commands.isEmpty { try container.encode(commands, forKey: .commands) }
  }
}

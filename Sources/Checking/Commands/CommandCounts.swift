import Rules

/// How often a command gave which answer.
package struct CommandCounts: Hashable, Codable, Sendable {
  package let command: ImageCommand
  package private(set) var stateCount = 0
  package private(set) var acceptedCount = 0
  /// Exit 125.
  package private(set) var skippedCount = 0
  package private(set) var unrecoveredCount = 0
  package private(set) var brokenCount = 0
  /// States whose recovery by the command was compared with ours (X02, X04).
  package private(set) var comparedCount = 0

  package init(_ command: ImageCommand) {
    self.command = command
  }

  mutating func add(_ judged: JudgedAnswer) {
    stateCount += 1
    switch judged.verdict {
    case .accepted: acceptedCount += 1
    case .cannotTell: skippedCount += 1
    case .needsRecovery: unrecoveredCount += 1
    case .broken: brokenCount += 1
    }
    if judged.isRecoveryCompared { comparedCount += 1 }
  }

  private mutating func add(_ other: CommandCounts) {
    stateCount += other.stateCount
    acceptedCount += other.acceptedCount
    skippedCount += other.skippedCount
    unrecoveredCount += other.unrecoveredCount
    brokenCount += other.brokenCount
    comparedCount += other.comparedCount
  }

  /// Adds what the commands of another run said to what they said before.
  ///
  /// - Parameter counts: of the same commands in the same order, or none.
  package static func add(_ more: [CommandCounts], to counts: inout [CommandCounts]) {
    if counts.isEmpty {
      counts = more
      return
    }
    for (place, other) in more.enumerated() where place < counts.count {
      precondition(
        counts[place].command == other.command, "the commands of a campaign stay the same")
      counts[place].add(other)
    }
  }

  /// Whether the command said of any state that it is good or bad.
  package var hasJudged: Bool { acceptedCount + brokenCount > 0 }

  /// One line for the report.
  package var note: String {
    if command.oracle != nil {
      return """
        oracle '\(command)': \(stateCount) distinct states, it holds in \(acceptedCount), does not in \(brokenCount), \
        and says nothing of \(skippedCount)
        """
    }
    var note = """
      command '\(command)': \(stateCount) distinct states, \(acceptedCount) accepted, \
      \(skippedCount) skipped (exit 125), \(unrecoveredCount) need recovery first, \
      \(brokenCount) broken
      """
    if comparedCount > 0 { note += ", \(comparedCount) changed and compared with our recovery" }
    if unrecoveredCount > 0 { note += "; to have those judged, let it recover its copy" }
    return note
  }
}

extension [CommandCounts] {
  /// The rules that the commands have judged, ascending.
  package var judgedRules: [Rule] {
    var rules: [Rule] = []
    if contains(where: { $0.comparedCount > 0 }) { rules += [.x02, .x04] }
    if contains(where: \.hasJudged) { rules.append(.x03) }
    return rules.sorted()
  }

  /// Why nothing was judged, where none of them said good or bad.
  package var silence: String {
    contains { $0.command.oracle == nil }
      ? "no command said good or bad of any state"
      : "no mark was in front of any state, or nobody knows what the files held, so that no oracle could tell"
  }

  /// The rules that commands were asked about without an answer, and why.
  ///
  /// - Parameter comparesRecoveries: whether there are images to be recovered.
  package func unjudgedRules(comparesRecoveries: Bool) -> [(rule: Rule, reason: String)] {
    var unjudged: [(rule: Rule, reason: String)] = []
    if !contains(where: \.hasJudged) {
      unjudged.append((.x03, silence))
    }
    if comparesRecoveries, allSatisfy({ $0.comparedCount == 0 }) {
      unjudged += [Rule.x02, .x04].map { ($0, "no command recovered its copy of an image") }
    }
    return unjudged
  }
}

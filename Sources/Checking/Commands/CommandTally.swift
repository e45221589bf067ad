/// Counts the answers of one command, and keeps the first violation of each rule.
public struct CommandTally: Sendable {
  public let command: ImageCommand
  public private(set) var stateCount = 0
  public private(set) var acceptedCount = 0
  /// Exit 125.
  public private(set) var skippedCount = 0
  public private(set) var unrecoveredCount = 0
  public private(set) var brokenCount = 0
  /// States whose recovery by the command was compared with ours (X02, X04).
  public private(set) var comparedCount = 0
  private var list = ViolationList()

  public init(_ command: ImageCommand) {
    self.command = command
  }

  /// Takes the answer to one more state in.
  public mutating func add(_ judged: JudgedAnswer) {
    stateCount += 1
    switch judged.verdict {
    case .accepted: acceptedCount += 1
    case .cannotTell: skippedCount += 1
    case .needsRecovery: unrecoveredCount += 1
    case .broken: brokenCount += 1
    }
    if judged.isRecoveryCompared { comparedCount += 1 }
    list.add(judged.violations)
  }

  public var violations: [Violation] { list.sorted }

  /// Whether the command said of any state that it is good or bad.
  public var hasJudged: Bool { acceptedCount + brokenCount > 0 }

  /// One line for the report.
  public var note: String {
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

import Checking
import CrashStates
import Scheduling
import Stacks

/// The result of a command, whatever it is printed as.
public struct RunReport: Sendable {
  /// How much was done. Every count is there in every report.
  public struct Counts: Hashable, Sendable {
    public var scenarios = 0
    public var runs = 0
    public var entries = 0
    public var states = 0
    public var distinctStates = 0
    /// What commands said of the distinct states.
    public var commands: [CommandCounts] = []

    public init() {}

    public mutating func add(_ judgement: Judgement) {
      runs += 1
      entries += judgement.entryCount
      states += judgement.stateCount
      distinctStates += judgement.distinctStateCount
      CommandCounts.add(judgement.commands, to: &commands)
    }
  }

  /// One scenario of `powercut run`.
  public struct ScenarioOutcome: Hashable, Sendable {
    public var path: String
    public var summary: String
    public var seeds: SeedRange
    /// Why it failed; `nil` where it passed.
    public var failure: String?
    public var counts = Counts()
    /// How many schedules an exhaustive search carried out, and whether there are more.
    public var scheduleNote: String?
    /// What the command that runs it alone has to be told besides its path.
    public var programWords: [String] = []
  }

  public var command: String
  /// What was judged: a stack, a log, a folder of scenarios.
  public var subject: String
  public var seeds: SeedRange?
  public var counts = Counts()
  public var findings: [Finding] = []
  /// Minimized findings, one for each that is most likely a bug of its own; empty where none was asked for.
  public var groups: [FindingGroup] = []
  public var scenarios: [ScenarioOutcome] = []
  /// What `replay-run` came to; `nil` in the reports of all other commands.
  public var replay: ReplayVerdict?
  /// The rules that could not be judged, and what would be needed.
  public var unjudgedRules: [(rule: Rule, reason: String)] = []
  /// Facts beside the verdict, line by line.
  public var notes: [String] = []
  /// Ended by a signal before everything was judged.
  public var isInterrupted = false
  /// Why it ended where nobody wanted it to; then it says something of what was judged until then only.
  public var obstacle: String?

  public init(command: String, subject: String, seeds: SeedRange? = nil) {
    self.command = command
    self.subject = subject
    self.seeds = seeds
  }

  /// The subject of a simulated stack: `raw:exact +logger.unit-512`.
  static func target(_ stack: StackName, _ bugs: Set<PlantedBug>) -> String {
    (["\(stack)"] + bugs.sorted().map { "+\($0.identifier)" }).joined(separator: " ")
  }

  /// Takes the outcome of one scenario in.
  public mutating func add(_ outcome: ScenarioOutcome, _ findings: [Finding]) {
    scenarios.append(outcome)
    self.findings += findings
    counts.scenarios += 1
    counts.runs += outcome.counts.runs
    counts.entries += outcome.counts.entries
    counts.states += outcome.counts.states
    counts.distinctStates += outcome.counts.distinctStates
    CommandCounts.add(outcome.counts.commands, to: &counts.commands)
  }

  /// The result says something of what was judged until then only, or of a part of it: why, in a sentence
  /// without its full stop.
  public mutating func addObstacle(_ reason: String) {
    if obstacle == nil { obstacle = reason }
    notes.append("could not finish: \(reason)")
  }

  public var isPassed: Bool {
    findings.isEmpty && scenarios.allSatisfy { $0.failure == nil } && !isDiverged
      && obstacle == nil
  }

  /// Another run was carried out than the one that was asked for.
  public var isDiverged: Bool { replay?.kind == .diverged }

  /// 0 passed, 1 a rule is broken, 2 what was asked for could not be carried out, 3 nothing was checked,
  /// 130 interrupted.
  public var exitStatus: Int32 {
    if isDiverged || obstacle != nil { return 2 }
    if !isPassed { return 1 }
    if isInterrupted { return 130 }
    return counts.states == 0 ? 3 : 0
  }
}

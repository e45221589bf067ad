import Bytes
import Campaign
import Checking
import CrashStates
import Rules
import WriteLog

/// What a bisection found, put together for a reader.
struct BisectResult {
  /// What was asked of each state.
  enum Question {
    case rule(Rule)
    /// Whichever rule is broken first; none was.
    case anyRule
    case command(String)
  }

  /// The state that fails beside the one that does not.
  struct Sides {
    var culprit: BisectAnswer.Culprit
    /// The entries that make the difference, each with how it does.
    var entries: [Difference]
    /// Where the bytes differ, each range with what stands there; `nil` of several files.
    var ranges: [(range: ByteRange, name: String?)]?
    /// Of several files, the names that differ.
    var names: [String] = []
    /// The values that differ, of an image.
    var structures: ImageDifference?
    var goodCommand: String?
    var badCommand: String
  }

  /// One entry between the two sides.
  struct Difference {
    enum Kind: String {
      /// It is the newest one of the state that fails.
      case arrived
      /// It was lost in the state that fails.
      case lost
      /// It persisted in part.
      case torn
      /// It took effect before its place in the log.
      case early
      /// What is wrong names it, or the client's operation that it belongs to.
      case named
    }

    var kind: Kind
    /// The entry's number; of several files that of the line in `joint.txt`.
    var step: Int
    /// `nil` for a change of names.
    var entry: WriteLog.LogEntry?
    /// The entry in one line.
    var text: String
    /// What stands where it wrote; `nil` where the device is no image.
    var structure: String?

    init(
      kind: Kind, step: Int, entry: WriteLog.LogEntry?, text: String, structure: String? = nil
    ) {
      self.kind = kind
      self.step = step
      self.entry = entry
      self.text = text
      self.structure = structure
    }
  }

  /// The text of a state.
  var text: (CrashState) -> String = { "\($0)" }
  var path: String
  var question: Question
  var entryCount: Int
  /// `nil` where it is the log that is wrong, and no state was searched for.
  var answer: BisectAnswer?
  var sides: Sides?
  /// What is wrong: with the state that fails, be it by a command's word (rule X03), or with the log
  /// itself.
  var violation: Violation?
  /// The entries that ``violation`` names where it is about the log, else those of the client's
  /// operations that it names.
  var namedEntries: [Difference] = []
  /// The other rules that the state breaks.
  var alsoBroken: [Rule] = []
  var commandRunCount = 0
  /// Promises and marks of the log; `nil` where a command was asked, which knows of none.
  var logCounts: RunCounts?
  /// How many states were judged to find out which rule is broken.
  var checkedStateCount: Int?
  /// Why nothing could be judged; `nil` where something was.
  var unjudgedReason: String?
  /// Of all rules, those that could not be judged and why; empty where one rule or a command was followed.
  var unjudgedRules: [(rule: Rule, reason: String)] = []
  /// Why it says something of a part only, a sentence each without its full stop.
  var obstacles: [String] = []
  /// What fails may be due to what the recording lacks: then it is no verdict.
  var isDistrusted = false
  var notes: [String] = []
  var isInterrupted = false
  var reproduce: String

  init(path: String, question: Question, entryCount: Int, reproduce: String) {
    self.path = path
    self.question = question
    self.entryCount = entryCount
    self.reproduce = reproduce
  }
}

extension BisectResult {
  var outcome: Outcome {
    Outcome(
      failures: isDistrusted ? [] : failures, isInterrupted: isInterrupted, obstacles: obstacles,
      emptiness: emptiness)
  }

  var exitStatus: Int32 { outcome.exitStatus }

  /// Whether anything that was looked at fails.
  var isFailing: Bool { !failures.isEmpty }

  /// What was asked, for messages.
  var subject: String {
    switch question {
    case .rule(let rule): "rule \(rule.rawValue)"
    case .anyRule: "every rule"
    case .command(let command): "'\(command)'"
    }
  }

  private var failures: [String] {
    if isInterrupted || unjudgedReason != nil { return [] }
    if let violation { return ["\(violation.rule.rawValue) is broken: \(violation.title)"] }
    switch answer?.verdict {
    case .culprit(let culprit): return ["\(subject) fails at \(text(culprit.bad))"]
    case .failsFromTheStart(let state):
      return ["\(subject) fails from the start, at \(text(state))"]
    case .nothingFails, .everythingSkipped, nil: break
    }
    guard let start = answer?.failingStart else { return [] }
    return ["\(subject) fails at \(start.text), before the first good state"]
  }

  private var emptiness: String? {
    if let unjudgedReason { return unjudgedReason }
    guard answer?.verdict == .everythingSkipped, violation == nil else { return nil }
    if case .command = question { return "the judge passed over every state" }
    return "the image opens in no state, and \(subject) needs that"
  }
}

extension BisectAnswer.FailingStart {
  /// `cut:0` or `cut:0 to cut:5`.
  var text: String {
    let last = CrashState(cut: firstGood.cut - 1)
    return firstBad == last ? "\(last)" : "\(firstBad) to \(last)"
  }
}

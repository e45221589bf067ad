import Bytes
import Campaign
import Checking
import CrashStates
import VHDX
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
    /// Where the bytes differ, each range with what stands there.
    var ranges: [(range: ByteRange, name: String?)]
    /// The values that differ, of an image.
    var structures: StructureDifference?
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
    var entry: WriteLog.LogEntry
    /// The entry in one line.
    var text: String
    /// What stands where it wrote; `nil` where the device is no image.
    var structure: String?
  }

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
  /// How many states were judged to find out which rule is broken.
  var checkedStateCount: Int?
  /// Why the rule could not be judged.
  var unjudgedReason: String?
  var notes: [String] = []
  var isInterrupted = false
  var reproduce: String

  init(path: String, question: Question, entryCount: Int, reproduce: String) {
    self.path = path
    self.question = question
    self.entryCount = entryCount
    self.reproduce = reproduce
  }

  var outcome: Outcome.Kind {
    if isInterrupted { return .interrupted }
    if unjudgedReason != nil { return .nothingChecked }
    switch answer?.verdict {
    case .culprit, .failsFromTheStart: return .failed
    case .everythingSkipped: return violation == nil ? .nothingChecked : .failed
    case .nothingFails, nil: return violation == nil ? .passed : .failed
    }
  }

  /// 1 something fails, 3 nothing was judged, 130 interrupted, 0 nothing fails.
  var exitStatus: Int32 { outcome.exitStatus }
}

import Checking
import CrashStates
import Host

/// What a command is told of the state that it judges, beside the state itself: in its environment, so that a check
/// that wants to know none of it needs no other words.
struct JudgeEnvironment: Sendable {
  /// A file with the marks before the cut, a line each, in their order: what the program had promised by then.
  static let marksVariable = "POWERCUT_MARKS_BEFORE"

  let recording: Recording
  /// Of the random tiers, or of the run.
  let seed: UInt64
  /// Where the states are those of a recovery that the power cut short: the state that was recovered.
  var recovered: RecoveredState?
  /// Whether it is the program itself that is started on a state: what it promises then goes nowhere.
  var isOfProgram = false

  /// - Parameters:
  ///   - tier: where the state comes from; `nil` where somebody asks for it by name.
  ///   - marksPath: where a file of marks may be written.
  /// - Throws: ``HostError`` where it cannot be.
  func variables(
    for state: CrashState, tier: Tier?, marksPath: String
  ) throws(HostError) -> [String: String] {
    let first = recovered ?? RecoveredState(recording: recording, state: state)
    var variables = [
      "POWERCUT_STATE": (recovered?.prefix ?? "") + recording.text(of: state),
      "POWERCUT_CUT": "\(first.state.cut)", "POWERCUT_SEED": "\(seed)",
      Self.marksVariable: "/dev/null",
    ]
    if isOfProgram { variables["POWERCUT_MARKS"] = "/dev/null" }
    if let tier { variables["POWERCUT_TIER"] = "\(tier)" }
    let marks = marksText(for: state)
    if !marks.isEmpty {
      try NewFile.write(marks, to: marksPath)
      variables[Self.marksVariable] = marksPath
    }
    return variables
  }

  /// The marks before the cut, a line each.
  func marksText(for state: CrashState) -> [UInt8] {
    let first = recovered ?? RecoveredState(recording: recording, state: state)
    return Array(first.marks.map { $0.text + "\n" }.joined().utf8)
  }
}

/// A state that a check has recovered, and whose recovery is cut.
struct RecoveredState: Sendable {
  let recording: Recording
  let state: CrashState

  /// In front of the text of a state of the recovery.
  var prefix: String { "\(recording.text(of: state)) then " }

  /// What was promised before the first cut.
  var marks: ArraySlice<RecordedMark> {
    recording.marks.prefix(recording.markCount(atCut: state.cut))
  }
}

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

  /// - Parameters:
  ///   - tier: where the state comes from; `nil` where somebody asks for it by name.
  ///   - marksPath: where a file of marks may be written.
  /// - Throws: ``HostError`` where it cannot be.
  func variables(
    for state: CrashState, tier: Tier?, marksPath: String
  ) throws(HostError) -> [String: String] {
    var variables = [
      "POWERCUT_STATE": recording.text(of: state), "POWERCUT_CUT": "\(state.cut)",
      "POWERCUT_SEED": "\(seed)", Self.marksVariable: "/dev/null",
    ]
    if let tier { variables["POWERCUT_TIER"] = "\(tier)" }
    let marks = recording.marks.prefix(recording.markCount(atCut: state.cut))
    if !marks.isEmpty {
      let text = marks.map { $0.text + "\n" }.joined()
      try NewFile.write(Array(text.utf8), to: marksPath)
      variables[Self.marksVariable] = marksPath
    }
    return variables
  }
}

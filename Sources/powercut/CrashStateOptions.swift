import ArgumentParser
import CrashStates
import Workload
import WriteLog

/// Which crash state of a log is meant.
struct CrashStateOptions: ParsableArguments {
  @Option(help: "Where to cut: a number of entries, the text of a mark, or last.")
  var at = "last"

  @Option(help: "A crash state as reports name it: 'cut:37 lost:35,36', 'cut:37 then cut:4'.")
  var state: String?

  func validate() throws {
    if state != nil, at != "last" {
      throw ValidationError("--at and --state both say where to cut: use one")
    }
  }

  /// The state, which is one that the log can have.
  func state(
    of history: DiskHistory, _ index: WriteLogIndex, origin: LogOrigin?
  ) throws -> CrashState {
    let chosen = try parsed ?? stateOfCut(index, history)
    try history.check(chosen, origin: origin)
    return chosen
  }

  /// Only an image is recovered, so only of one recovery can be cut.
  func refuseRecovery(unless isImage: Bool) throws {
    if isImage { return }
    if try parsed?.recovery == nil { return }
    throw ToolError(
      "--state '\(state ?? "")': only a VHDX image is recovered; say --as vhdx for one")
  }

  /// The options that have an effect on the state that was chosen.
  ///
  /// - Parameter own: of the command, besides those that name the state.
  func use(isOfImage: Bool, _ own: Set<String>) throws -> OptionUse {
    OptionUse.state(
      isOfImage: isOfImage, isRecovered: try parsed?.recovery != nil, isNamed: state != nil, own)
  }

  /// An image of half a log looks like one of a whole log: a damaged chain is an error unless the cut
  /// lies in front of the damage.
  func refuseDamage(of index: WriteLogIndex, isListing: Bool) throws {
    guard let problem = index.problems.first else { return }
    if let entryCount = Int(at), entryCount <= index.entryCount, !isListing { return }
    throw ToolError(
      """
      the log is damaged behind its first \(index.entryCount) entries; --at \(index.entryCount) \
      rebuilds up to there. \(problem)
      """)
  }

  private var parsed: CrashState? {
    get throws { try state.map { try CrashState(parsing: $0) } }
  }

  private func stateOfCut(
    _ index: WriteLogIndex, _ history: DiskHistory
  ) throws -> CrashState {
    if at == "last" { return CrashState(cut: history.entryCount) }
    if let cut = Int(at) {
      guard (0...history.entryCount).contains(cut) else {
        throw ToolError("--at \(cut): the log has \(history.entryCount) entries")
      }
      return CrashState(cut: cut)
    }
    return CrashState(cut: try cut(behindMark: at, index))
  }

  /// The cut right behind the first mark with this text. A mark that is not there is an error: replaying
  /// everything instead would look like an answer.
  private func cut(behindMark text: String, _ index: WriteLogIndex) throws -> Int {
    var others: [String] = []
    for place in 0..<index.entryCount where index[place].kind == .mark {
      let found = index.text(of: index[place])
      if found == text { return place + 1 }
      if others.count < 5, !found.hasPrefix(ClientMark.prefix) { others.append("'\(found)'") }
    }
    let known =
      others.isEmpty ? "it has no marks of a user" : "it has \(others.joined(separator: ", "))"
    throw ToolError("--at '\(text)': the log has no mark with this text; \(known)")
  }
}

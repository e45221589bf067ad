import ArgumentParser
import Campaign
import CrashStates
import ToolSupport
import WriteLog

/// Which crash state of a log is meant.
struct CrashStateOptions: ParsableArguments {
  @Option(
    help: """
      Where to cut: a number of entries, mark:NAME (after the first mark of this name), or last. \
      cut:12 and cut:last are never a mark. (default: last)
      """)
  var at: String?

  @Option(help: "A crash state as reports name it: 'cut:37 lost:35,36', 'cut:37 then cut:4'.")
  var state: String?

  func validate() throws {
    if state != nil, at != nil {
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
      "--state '\(state ?? "")': only an image with a log of its own is recovered; say "
        + "--as \(ImageFormats.recovering) for one")
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
    if let entryCount = cutName.number, entryCount <= index.entryCount, !isListing { return }
    throw ToolError(
      """
      the log is damaged behind its first \(index.entryCount) entries; --at \(index.entryCount) \
      rebuilds up to there. \(problem)
      """)
  }

  private var parsed: CrashState? {
    get throws { try state.map { try CrashState(parsing: $0) } }
  }

  private var cutName: CutName { at.map { CutName($0) } ?? .end }

  private func stateOfCut(
    _ index: WriteLogIndex, _ history: DiskHistory
  ) throws -> CrashState {
    CrashState(cut: try cutName.cut(in: index))
  }

  /// A cut of several files.
  func cut(of recording: Recording) throws -> Int {
    try cutName.cut(in: CutPlaces(recording), for: "--at")
  }
}

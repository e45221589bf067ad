import Bytes
import Checking
import CrashStates
import Host
import Programs
import ToolSupport

/// What of a crash state a command is given: the image of a disk, or a folder with files.
protocol CommandSubject: Sendable {
  /// Lets `body` look at what the state left, under the path that the command gets; it can be what was shown before,
  /// changed.
  ///
  /// - Parameter place: a path that nothing has, and that nothing has afterwards.
  func show<Outcome>(
    _ state: CrashState, at place: String, _ body: (_ path: String) throws -> Outcome
  ) throws -> Outcome
  /// The same as ``show(_:at:_:)``, written anew.
  func showAnew<Outcome>(
    _ state: CrashState, at place: String, _ body: (_ path: String) throws -> Outcome
  ) throws -> Outcome
  /// What a step of the recording is, and what makes it durable.
  func words(ofStep step: Int) -> FailureExplanation.StepWords
  /// What an oracle says of a state.
  func answer(of oracle: FolderOracle, about state: CrashState) throws -> OracleAnswer
  /// Whether what a command leaves is looked at.
  var looksAtFiles: Bool { get }
  /// - Parameter path: of what the command left.
  func judge(
    _ command: ImageCommand, _ state: CrashState, _ answer: CommandAnswer, path: String
  ) -> JudgedAnswer
}

/// The image of a disk.
struct ImageSubject: CommandSubject {
  let history: DiskHistory
  let format: any ImageFormat
  let imageName: String
  let looksAtFiles: Bool
  /// The one line that writes the image of a state to a file, for the reports.
  let replay: @Sendable (CrashState) -> String
  private let images: WorkingImages

  /// - Parameters:
  ///   - format: what the disk holds; what commands recover is compared with its recovery.
  ///   - place: a folder for the images that are shown.
  init(
    _ history: DiskHistory, format: any ImageFormat, imageName: String, in place: String,
    looksAtFiles: Bool, replay: @escaping @Sendable (CrashState) -> String
  ) {
    self.history = history
    self.format = format
    self.imageName = imageName
    self.replay = replay
    self.looksAtFiles = looksAtFiles
    images = WorkingImages(history, in: place, imageName: imageName)
  }

  func words(ofStep step: Int) -> FailureExplanation.StepWords {
    FailureExplanation.StepWords(
      place: "entry \(step)", text: EntryLine(history.index[step], of: history.index).text,
      sync: "a flush")
  }

  func answer(of oracle: FolderOracle, about state: CrashState) throws -> OracleAnswer {
    throw ToolError("--oracle \(oracle) is about a folder, and this is one disk")
  }

  func show<Outcome>(
    _ state: CrashState, at place: String, _ body: (_ path: String) throws -> Outcome
  ) throws -> Outcome {
    try images.lend(state, body)
  }

  func showAnew<Outcome>(
    _ state: CrashState, at place: String, _ body: (_ path: String) throws -> Outcome
  ) throws -> Outcome {
    try Folders.create(place)
    defer { Folders.remove(place) }
    let path = "\(place)/\(imageName)"
    try StateImages.write(state, of: history, to: path)
    return try body(path)
  }

  func judge(
    _ command: ImageCommand, _ state: CrashState, _ answer: CommandAnswer, path: String
  ) -> JudgedAnswer {
    let judge = CommandJudge(command, history: history, format: format, lineThatWrites: replay)
    guard looksAtFiles else { return judge.judge(state, answer, left: nil) }
    // A command may have put a folder or a pipe there: then there is nothing to compare.
    let left = (try? MappedFile.map(path)).map { RegionImage($0) }
    return judge.judge(state, answer, left: left)
  }
}

/// A folder with the files of a recording.
struct FolderSubject: CommandSubject {
  let recording: JointRecording
  /// The command line that writes the folder of a state, up to the state's name.
  let replay: String
  private let folders: WorkingFolders
  private let oracles: [FolderOracle: any PreparedOracle]
  /// As ``JudgeEnvironment/recovered``.
  private let recovered: RecoveredState?

  /// - Parameters:
  ///   - commands: those that will be asked.
  ///   - place: a folder for those that are shown.
  init(
    recording: JointRecording, replay: String, in place: TemporaryFolder,
    for commands: [ImageCommand], recovered: RecoveredState? = nil
  ) throws {
    self.recording = recording
    self.replay = replay
    self.recovered = recovered
    oracles = try recording.prepared(commands.compactMap(\.oracle))
    folders = WorkingFolders(
      recording.files, in: try Paths.absolute(place.path), untouchedPath: recording.untouchedPath)
  }

  var looksAtFiles: Bool { false }

  func words(ofStep step: Int) -> FailureExplanation.StepWords { recording.words(ofStep: step) }

  func answer(of oracle: FolderOracle, about state: CrashState) throws -> OracleAnswer {
    guard let prepared = oracles[oracle] else {
      throw ToolError("--oracle \(oracle) was not prepared for this recording")
    }
    return try prepared.answer(about: state)
  }

  func show<Outcome>(
    _ state: CrashState, at place: String, _ body: (_ path: String) throws -> Outcome
  ) throws -> Outcome {
    try folders.lend(state, body)
  }

  func showAnew<Outcome>(
    _ state: CrashState, at place: String, _ body: (_ path: String) throws -> Outcome
  ) throws -> Outcome {
    defer { Folders.remove(place) }
    try StateFolder(recording.files, untouchedPath: recording.untouchedPath)
      .write(state, to: place)
    return try body(place)
  }

  func judge(
    _ command: ImageCommand, _ state: CrashState, _ answer: CommandAnswer, path: String
  ) -> JudgedAnswer {
    let verdict = answer.verdict(isKnownClean: true)
    guard case .broken(let what) = verdict else { return JudgedAnswer(verdict: verdict) }
    let last =
      state.cut == 0 ? "nothing" : "\(recording.words(ofStep: state.cut - 1))"
    let text = (recovered?.prefix ?? "") + recording.files.text(of: state)
    let first = recovered ?? RecoveredState(recording: recording.files, state: state)
    let marks =
      first.marks.last.map { ["marks before the cut: \(first.marks.count), the last: \($0.text)"] }
      ?? []
    var evidence =
      answer.shownLines + recording.files.descriptions(ofLossesIn: state) + marks
      + ["the last that \(recovered == nil ? "happened" : "the recovery did"): \(last)"]
    if recovered == nil {
      evidence.append("the folder: \(replay) --state \(text.shellQuoted) --output state")
    }
    let violation = Violation(
      by: .commandJudge, .x03, "'\(command)' \(what) (joint state \(text))", evidence: evidence)
    return JudgedAnswer(verdict: verdict, violations: [violation])
  }
}

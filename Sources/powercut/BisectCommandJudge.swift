import Bytes
import Campaign
import CrashStates
import Host

/// A command that says whether the image of a crash state is good: words with `{image}` in them.
struct BisectWords: Equatable {
  static let placeholder = "{image}"

  let words: [String]

  /// Splits at spaces. What stands between two `'`, or two `"`, is one word with its spaces; nothing
  /// else has a meaning, for no shell is involved.
  ///
  /// - Throws: ``ToolError`` where a quote is not closed, where there is no word, and where no word
  ///   names the image.
  init(splitting text: String) throws {
    var words: [String] = []
    var word: String?
    var quote: Character?
    for character in text {
      if let open = quote {
        if character == open { quote = nil } else { word?.append(character) }
      } else if character == "'" || character == "\"" {
        quote = character
        word = word ?? ""
      } else if character == " " {
        if let done = word { words.append(done) }
        word = nil
      } else {
        word = (word ?? "") + String(character)
      }
    }
    if let done = word { words.append(done) }
    if let quote { throw ToolError("--command: a \(quote) is not closed in '\(text)'") }
    guard let program = words.first, !program.isEmpty else {
      throw ToolError("--command: no program is named")
    }
    guard words.contains(where: { $0.contains(Self.placeholder) }) else {
      throw ToolError(
        "--command '\(text)': say where the image goes with \(Self.placeholder), or every state "
          + "would get the same answer")
    }
    self.words = words
  }

  /// The words to start, with the image's path put in.
  func words(forImage path: String) -> [String] {
    words.map { word in
      word.split(separator: "{image}", omittingEmptySubsequences: false).joined(separator: path)
    }
  }
}

/// Judges crash states by a command: it exits with 0 for a good image and with 125 for one of which
/// it can say nothing; whatever else becomes of it is bad.
final class BisectCommandJudge {
  /// How the command ended at a state.
  struct Run {
    var status: ChildProcess.Status
    /// The first lines that it wrote, standard error last.
    var lines: [String]

    var outcome: BisectOutcome {
      switch status {
      case .exited(0): .good
      case .exited(125): .skipped
      case .exited, .signalled, .timedOut: .bad
      }
    }
  }

  private static let shownLineCount = 12

  private let command: BisectWords
  private let timeLimit: Duration
  private let history: DiskHistory
  private let folder: TemporaryFolder
  /// States with the same bytes get the same answer.
  private var known: [Digest128: Run] = [:]

  /// How often the command was started.
  private(set) var runCount = 0

  init(_ command: BisectWords, timeLimit: Duration, history: DiskHistory) throws {
    self.command = command
    self.timeLimit = timeLimit
    self.history = history
    folder = try TemporaryFolder()
  }

  /// - Throws: ``HostError`` where the image cannot be written or the command cannot be started.
  func run(_ state: CrashState) throws(HostError) -> Run {
    let digest = history.digest(of: state)
    if let run = known[digest] { return run }
    // Each state gets its own file: a command that was killed may still hold the last one.
    let path = folder.path("state-\(runCount).img")
    defer { Folders.remove(path) }
    try write(state, to: path)
    runCount += 1
    let outcome = try ChildProcess.run(
      argv: command.words(forImage: path), workingDirectory: nil, timeLimit: timeLimit)
    let run = Run(status: outcome.status, lines: Self.lines(of: outcome, path))
    known[digest] = run
    return run
  }

  private func write(_ state: CrashState, to path: String) throws(HostError) {
    let replay = Replay(history, state: state)
    let image = try SparseImageFile(path, byteCount: replay.imageByteCount)
    try replay.write { (piece) throws(HostError) in
      try image.write(piece.region, in: piece.range, at: piece.imageByteOffset)
    }
    try image.finish()
  }

  /// What it wrote, with the name of our temporary file taken out: it is another one each time.
  private static func lines(of outcome: ChildProcess.Outcome, _ path: String) -> [String] {
    let texts = [outcome.outputText, outcome.errorText]
    let lines = texts.flatMap { $0.split(separator: "\n") }.prefix(shownLineCount)
    return lines.map { line in
      line.split(separator: path, omittingEmptySubsequences: false)
        .joined(separator: BisectWords.placeholder).prefix(300).description.escapedForTerminal
    }
  }
}

extension ChildProcess.Status {
  /// `exit 1`, `killed by signal 11`, `ran longer than allowed`.
  var words: String {
    switch self {
    case .exited(let status): "exit \(status)"
    case .signalled(let signal): "killed by signal \(signal)"
    case .timedOut: "ran longer than allowed and was killed"
    }
  }
}

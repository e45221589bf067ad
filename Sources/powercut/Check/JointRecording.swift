import ArgumentParser
import CrashStates
import Host
import Programs
import Recorder
import ToolSupport

/// What `powercut record` has written of several files: a folder with `joint.txt` and a recording for each.
struct JointRecording {
  static let orderName = RecordedFolder.orderName

  let path: String
  /// The files, their names, and the one order.
  let files: Recording
  /// `joint.txt` line by line.
  let lines: [String]
  /// The recording of each file, and where it is.
  let sources: [(path: String, source: RecordingSource)]

  /// Why no file at all could be recorded, a sentence each; empty where one was.
  var unseen: [String] {
    get throws {
      let problems = "\(path)/\(Recorder.problemsName)"
      guard sources.isEmpty, Folders.exists(problems) else { return [] }
      return try InputFile.text(problems).split(separator: "\n").map { "not recorded: \($0)" }
    }
  }

  /// - Parameters:
  ///   - log: how each log is read.
  ///   - leaveOut: patterns of names that are no part of any state.
  ///   - isQuiet: says nothing on stderr of what the recordings lack.
  init(_ path: String, _ log: LogOptions, leaveOut: [String], isQuiet: Bool = false) throws {
    guard log.base == nil, log.imageSize == nil else {
      throw ToolError(
        "\(path) holds several files, each with its own --base and --image-size: leave them out")
    }
    self.path = path
    let text = try InputFile.text("\(path)/\(Self.orderName)", maximumByteCount: 1 << 30)
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    var recorded: [RecordingFile] = []
    var sources: [(path: String, source: RecordingSource)] = []
    for name in try RecordedFolder(path)?.names ?? [] {
      let source = try RecordingSource("\(path)/\(name)", options: log, isQuiet: isQuiet)
      sources.append(("\(path)/\(name)", source))
      recorded.append(try Self.file(name, in: path, source))
    }
    self.sources = sources
    let patterns = NamePatterns(leaveOut)
    do {
      files = try Recording(
        JointLine.list(parsing: text), files: recorded, isLeftOut: { patterns.contains($0) })
    } catch {
      throw ToolError("\(path)/\(Self.orderName): \(error)")
    }
  }

  private static func file(
    _ name: String, in path: String, _ source: RecordingSource
  ) throws -> RecordingFile {
    guard let first = source.manifest?.path else {
      throw ToolError(
        "\(path)/\(name): its manifest.json does not say where the file was; record again")
    }
    return RecordingFile(
      recording: name, path: relativePath(first, ofRecording: name),
      history: try source.options.history(try source.index()))
  }

  /// A recording is named after its file's path below the watched folder, with plus signs for slashes and
  /// perhaps a number, so as much of the absolute path counts as the name holds.
  static func relativePath(_ path: String, ofRecording name: String) -> String {
    let parts = path.split(separator: "/")
    for count in (1...max(1, parts.count)).reversed() {
      let last = parts.suffix(count)
      let plain = last.joined(separator: "+")
      let number = name.dropFirst(plain.utf8.count)
      if name == plain
        || name.hasPrefix(plain + "~") && number.dropFirst().allSatisfy(\.isNumber)
      {
        return last.joined(separator: "/")
      }
    }
    return path
  }

  /// Facts about the recording as a whole, a line each.
  var notes: [String] {
    if files.missingStepCount == 0 { return [] }
    return [
      "\(files.missingStepCount) lines at the end of joint.txt are about entries that the logs do "
        + "not have, and are left out: the recorder was killed"
    ]
  }
}

/// Names that are no part of a joint state.
struct LeaveOutOptions: ParsableArguments {
  @Option(
    name: .customLong("leave-out"),
    help: ArgumentHelp(
      """
      Of several files: names that are no part of the states, because their contents do not matter \
      after a crash: '*-shm'. Can be repeated.
      """, valueName: "pattern"))
  var patterns: [String] = []

  /// The same options as they are typed.
  var words: [String] { patterns.flatMap { ["--leave-out", $0.shellQuoted] } }
}

import ArgumentParser
import Bytes
import CrashStates
import Host
import Programs
import Recorder
import ToolSupport
import WriteLog

/// What `powercut record` has written of several files: a folder with `joint.txt` and a recording for each.
struct JointRecording {
  static let orderName = RecordedFolder.orderName

  let path: String
  /// The files, their names, and the one order.
  private(set) var files: Recording
  /// What was there before the first line.
  let base: FolderListing
  /// `joint.txt` line by line.
  let lines: [JointLine]
  /// Who made the lines.
  let calls: CallNames
  /// The recording of each file, and where it is.
  let sources: [(path: String, source: RecordingSource)]
  private let leftOut: NamePatterns
  private let untouched: Set<Int>

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
  ///   - persona: what is promised about names.
  ///   - leaveOut: patterns of names that are no part of any state.
  ///   - isQuiet: says nothing on stderr of what the recordings lack.
  ///   - hasAllOfBases: as ``RecordingSource`` has it.
  init(
    _ path: String, _ log: LogOptions, persona: Persona = .ordered, leaveOut: [String] = [],
    isQuiet: Bool = false, hasAllOfBases: Bool = true
  ) throws {
    guard log.base == nil, log.imageSize == nil else {
      throw ToolError(
        "\(path) holds several files, each with its own --base and --image-size: leave them out")
    }
    self.path = path
    calls = try CallNames(path)
    base = try Self.listing("\(path)/\(Recorder.baseListingName)")
    var recorded: [RecordingFile] = []
    var sources: [(path: String, source: RecordingSource)] = []
    for name in try RecordedFolder(path)?.names ?? [] {
      let source = try RecordingSource(
        "\(path)/\(name)", options: log, isQuiet: true, hasAllOfBase: hasAllOfBases)
      sources.append(("\(path)/\(name)", source))
      recorded.append(try Self.file(name, in: path, source))
    }
    self.sources = sources
    if !isQuiet { try Self.say(sources.flatMap { $0.source.unseen + $0.source.missingEnd }, path) }
    let patterns = NamePatterns(leaveOut + base.ignored)
    let untouched = try Self.untouched(in: path)
    leftOut = patterns
    self.untouched = untouched
    do {
      lines = try JointLine.list(parsing: try Self.text("\(path)/\(Self.orderName)"))
      files = try Recording(
        lines, base: base, files: recorded, untouched: { untouched.contains($0) }, persona: persona,
        isLeftOut: { patterns.contains($0) })
    } catch let error as RecordingTextError {
      throw ToolError("\(path)/\(Self.orderName): \(error)")
    } catch let error as CrashStateError {
      throw ToolError("\(path)/\(Self.orderName): \(error)")
    }
  }

  /// The same as if some syncs had not been there.
  ///
  /// - Parameter steps: those of the lines that are the syncs.
  func without(syncs steps: Set<Int>) throws -> JointRecording {
    var ignored: [String: Set<Int>] = [:]
    for step in steps {
      if case .entry(let name, let entryIndex, _) = lines[step] {
        ignored[name, default: []].insert(entryIndex)
      }
    }
    let histories = try files.files.indices.map { place in
      let (file, source) = (files.files[place], sources[place].source)
      guard let flushes = ignored[file.recording] else { return file }
      return RecordingFile(
        recording: file.recording, node: file.node,
        history: try source.history(file.history.index, ignoredFlushes: flushes))
    }
    let left = lines.enumerated().map { step, line in
      if case .entry = line { return line }
      return steps.contains(step) ? .note("") : line
    }
    var other = self
    let (leftOut, untouched) = (leftOut, untouched)
    other.files = try Recording(
      left, base: base, files: histories, untouched: { untouched.contains($0) },
      persona: files.persona, isLeftOut: { leftOut.contains($0) })
    return other
  }

  /// What several recordings lack is said once.
  private static func say(_ gaps: [String], _ path: String) throws(HostError) {
    var counts: [String: Int] = [:]
    for gap in gaps { counts[gap, default: 0] += 1 }
    for gap in gaps {
      guard let count = counts.removeValue(forKey: gap) else { continue }
      let place = count == 1 ? path : "\(path), \(count) recordings"
      try StandardStreams.writeProgress("powercut: \(place): \(gap)\n")
    }
  }

  private static func text(_ path: String) throws(HostError) -> String {
    try InputFile.text(path, maximumByteCount: 1 << 30)
  }

  private static func listing(_ path: String) throws -> FolderListing {
    guard Folders.exists(path) else {
      throw ToolError(
        "'\(path)' is missing: another version of Powercut has made this recording; record again")
    }
    do {
      return try FolderListing(parsing: text(path))
    } catch let error as RecordingTextError {
      throw ToolError("\(path): \(error)")
    }
  }

  private static func untouched(in path: String) throws -> Set<Int> {
    let folder = "\(path)/\(Recorder.untouchedName)"
    guard Folders.isFolder(folder) else { return [] }
    return Set(
      try Folders.names(in: folder).compactMap { name in
        Int(name.hasSuffix(LentFile.suffix) ? String(name.dropLast(LentFile.suffix.count)) : name)
      })
  }

  private static func file(
    _ name: String, in path: String, _ source: RecordingSource
  ) throws -> RecordingFile {
    guard let node = source.manifest?.node else {
      throw ToolError(
        "\(path)/\(name): its manifest.json does not say which file it is; record again")
    }
    return RecordingFile(
      recording: name, node: node, history: try source.history(try source.index()))
  }

  /// Where the contents of a file are that nothing was done to.
  func untouchedPath(_ node: Int) -> String {
    let own = "\(path)/\(Recorder.untouchedName)/\(node)"
    return Folders.exists(own + LentFile.suffix) ? own + LentFile.suffix : own
  }

  /// Leaves a state's folder to its owner where a loss makes readable what never was: permissions that were
  /// taken away before something was written.
  func hideWhatWasHidden(in folder: String, of state: CrashState) throws {
    if state.isPrefix { return }
    let isMore = files.names(in: state).contains { name in
      guard case .recorded(let file, _) = name.contents else { return false }
      let log = "\(path)/\(files.files[file].recording)/writes.log"
      return name.mode & 0o077 & ~CopyMode(ofCopyOf: log).folderBits != 0
    }
    if isMore { try NewFolder.setMode(files.mode(in: state) & 0o700, of: FilePath(folder)) }
  }

  /// What the program has left.
  func live() throws -> FolderListing {
    try Self.listing("\(path)/\(Recorder.liveListingName)")
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

/// What a file system promises about names.
struct PersonaOptions: ParsableArguments {
  @Option(
    help: """
      Of several files: what the file system promises about changes of names. posix: only what docs say that \
      every one must. ordered: what those with a journal have in common. ext4: what ext4 has.
      """)
  var persona = Persona.ordered

  /// What the report has to say of it.
  var notes: [String] {
    persona == .ordered
      ? [] : ["changes of names are lost and durable as the persona '\(persona.rawValue)' has it"]
  }

  /// The same option as it is typed.
  var words: [String] { persona == .ordered ? [] : ["--persona", persona.rawValue] }
}

extension Persona: ExpressibleByArgument {}

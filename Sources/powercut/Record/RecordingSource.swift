import Bytes
import Campaign
import Checking
import CrashStates
import Host
import Stacks
import ToolSupport
import WriteLog

/// Where a log is: a file of its own, or a recording's folder with `writes.log`, `manifest.json` and
/// perhaps `base.img` and `live.img`, or lists that stand for them (``LentFile``).
struct RecordingSource {
  let logPath: String
  /// The options as given, completed by what the manifest tells.
  let options: LogOptions
  /// The device as the run left it, where the recording has it.
  let livePath: String?
  /// The stack that was recorded, with its mistakes; `nil` where nothing tells.
  let manifest: RecordingManifest?
  /// What the program did that is not in the recording, a sentence each.
  let unseen: [String]
  /// Why the recording ends too early; empty where it does not.
  let missingEnd: [String]
  /// What the device before the first entry says to be; `nil` where it says nothing.
  let recognized: (any ImageFormat)?

  /// Says on stderr what the recording of a real program lacks, unless it is to be quiet.
  ///
  /// - Parameters:
  ///   - givenPath: a log, a recording, or what `record` has written of one file.
  ///   - command: what asks, for messages.
  ///   - hasAllOfBase: `false` leaves out what stands in no recording but in a large file itself; the base has holes
  ///     there, for who looks at nothing but changes.
  /// - Throws: ``NothingRecorded`` where its recorder was killed before there was a log; ``ToolError``
  ///   where there are recordings of several files.
  init(
    _ givenPath: String, options: LogOptions, for command: String = "this command",
    isQuiet: Bool = false, hasAllOfBase: Bool = true
  ) throws {
    let path = try RecordedFolder(givenPath)?.onlyRecording(for: command) ?? givenPath
    guard Folders.isFolder(path) else {
      logPath = path
      self.options = options
      livePath = nil
      manifest = nil
      unseen = []
      missingEnd = []
      recognized = try Self.format(of: options.base)
      return
    }
    if let nothing = NothingRecorded(in: path) { throw nothing }
    livePath = Self.image("live", in: path)
    logPath = "\(path)/writes.log"
    var completed = options
    if completed.base == nil { completed.base = Self.image("base", in: path) }
    if !hasAllOfBase, completed.base == "\(path)/base\(LentFile.suffix)" {
      completed.base = "\(path)/base\(LentFile.keptSuffix)"
    }
    manifest =
      Folders.exists("\(path)/manifest.json")
      ? try RecordingManifest(parsing: InputFile.text("\(path)/manifest.json")) : nil
    unseen = manifest?.unseen ?? []
    missingEnd = manifest?.missingEnd ?? Self.gapsWithoutManifest(path)
    for gap in isQuiet ? [] : unseen + missingEnd + (manifest?.facts ?? []) {
      try StandardStreams.writeProgress("powercut: \(path): \(gap)\n")
    }
    if completed.imageSize == nil, let manifest {
      completed.imageSize = ByteCountArgument(argument: "\(manifest.initialByteCount)")
    }
    self.options = completed
    recognized = try Self.format(of: completed.base)
  }

  /// The image of a name, or the list that says in which file it is.
  private static func image(_ name: String, in folder: String) -> String? {
    ["\(folder)/\(name).img", "\(folder)/\(name)\(LentFile.suffix)"].first {
      Folders.exists($0)
    }
  }

  private static func format(of base: String?) throws -> (any ImageFormat)? {
    try base.flatMap { ImageFormats.recognizing(RegionImage(try MappedFile.map($0))) }
  }

  /// Who may read an image that is made of the recording.
  var copyMode: CopyMode {
    let log = CopyMode(ofCopyOf: logPath)
    return options.base.map { log.and(CopyMode(ofCopyOf: $0)) } ?? log
  }

  /// The recorder writes the manifest after the log, and lets the program go on after both.
  private static func gapsWithoutManifest(_ path: String) -> [String] {
    guard Folders.exists("\(path)/shadow.img") else { return [] }
    return ["the recorder was killed before the program could change the file: record again"]
  }

  /// What the recorded device holds: of a run that was drawn, what its stack says; else what it shows.
  var format: any ImageFormat {
    if manifest?.parsedSeed == nil, let recognized { return recognized }
    if let stack { return ImageFormats.named(stack.image.rawValue) ?? RawFormat() }
    // A profile may be of another version.
    let image = manifest.flatMap { $0.stack.split(separator: ":").first }
    return image.flatMap { ImageFormats.named(String($0)) } ?? RawFormat()
  }

  /// The stack that was recorded; `nil` where nothing tells, or this version has none of that name.
  var stack: StackName? { manifest.flatMap { StackName($0.stack) } }

  /// Whether entries may make the device longer.
  func isGrowable(as format: any ImageFormat) -> Bool {
    !format.isRaw || manifest?.isFile == true
  }

  /// The log prepared for looking at its states.
  ///
  /// - Parameters:
  ///   - ignoredFlushes: entries whose FLUSH makes nothing durable.
  ///   - isDigested: whether the digests of all cuts are made.
  func history(
    _ index: WriteLogIndex, ignoredFlushes: Set<Int> = [], isDigested: Bool = true
  ) throws -> DiskHistory {
    try options.history(
      index, hasMarkedLengths: manifest?.isFile == true, ignoredFlushes: ignoredFlushes,
      isDigested: isDigested)
  }

  /// Maps the log and reads it once.
  ///
  /// - Parameter givenFormat: what the device holds, where somebody says so.
  /// - Throws: ``ToolError`` with the path in front of what is wrong with the superblock.
  func index(as givenFormat: (any ImageFormat)? = nil) throws -> WriteLogIndex {
    do {
      return try options.index(logPath, isGrowable: isGrowable(as: givenFormat ?? format))
    } catch let error as FormatError {
      throw ToolError("\(logPath): \(error)")
    }
  }
}

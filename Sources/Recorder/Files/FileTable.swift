import Bytes
import CJournal
import Glibc
import Host

/// The recorded files, by what they are and by their numbers.
final class FileTable {
  private let output: String
  private let watched: FilePath
  private let ignoredNames: [String]
  /// What the identities of logs are made of; `nil`: each has one of its own.
  private let identitySeed: UInt64?
  private let noted: (_ name: String, _ entryIndex: UInt64, EntryOrigin) throws -> Void
  private(set) var files: [RecordedFile] = []
  private var numbers: [FileKey: UInt32] = [:]
  private let pool = OpenFilePool()
  private let nodes: NodeNumbers
  /// Names in the output that are no recording's. A file's name is one of text: é in two ways is one here.
  private var takenNames: [String: Int] = [
    JointOrder.fileName: 1, Recorder.journalName: 1, BaseTree.listingName: 1,
    BaseTree.folderName: 1, Recorder.liveListingName: 1, Recorder.problemsName: 1,
    Recorder.marksName: 1, Recorder.saidName: 1, CallFile.fileName: 1,
  ]

  init(
    output: String, watched: FilePath, ignoredNames: [String], nodes: NodeNumbers,
    identitySeed: UInt64? = nil,
    noted: @escaping (_ name: String, _ entryIndex: UInt64, EntryOrigin) throws -> Void
  ) {
    self.output = output
    self.watched = watched
    self.ignoredNames = ignoredNames
    self.nodes = nodes
    self.identitySeed = identitySeed
    self.noted = noted
  }

  subscript(number: UInt32) -> RecordedFile? {
    number > 0 && number <= files.count ? files[Int(number) - 1] : nil
  }

  func file(_ key: FileKey) -> RecordedFile? { numbers[key].flatMap { self[$0] } }

  /// The file that a program is about to change; `nil` where it is to be left alone.
  ///
  /// - Parameter kept: where its contents are, if they were kept already.
  func touched(
    _ record: JournalRecord, path: FilePath, kept: (_ node: Int) -> RecordedFile.Base?
  ) throws -> RecordedFile? {
    let key = FileKey(record)
    if let known = file(key) { return known }
    // Without a name nobody finds it after a crash. Of a file that lost it while it was recorded it can come
    // back.
    if isIgnored(path) || record.hasFlag(PCJ_NAMELESS) { return nil }
    return try add(
      key, path: path, kept: kept, source: source(record, key, path),
      firstTouched: record.submitted)
  }

  /// A file that is there, before a program changes it.
  func watched(
    _ path: FilePath, kept: (_ node: Int) -> RecordedFile.Base?
  ) throws -> RecordedFile {
    var identity = pcj_identity_of_file()
    guard unsafe path.withCString({ unsafe pcj_identify(AT_FDCWD, $0, 0, &identity) }) == 0 else {
      throw RecorderError(
        "watch", "\(path)", found: String(errorNumber: errno), hint: "Name a file that is there.")
    }
    let key = FileKey(identity)
    return try file(key) ?? add(key, path: path, kept: kept, source: path, firstTouched: 0)
  }

  /// The file that was at `path` when its recording began.
  func file(_ path: FilePath) -> RecordedFile? { files.first { $0.path == path } }

  private func add(
    _ key: FileKey, path: FilePath, kept: (_ node: Int) -> RecordedFile.Base?, source: FilePath,
    firstTouched: UInt64
  ) throws -> RecordedFile {
    let number = UInt32(files.count + 1)
    let node = nodes.number(of: key)
    let file = try RecordedFile(
      number: number, key: key, node: node, path: path,
      base: kept(node) ?? .file(source), firstTouched: firstTouched,
      name: freeName(path), output: output, pool: pool,
      identity: identitySeed.map { max(1, $0 ^ UInt64(number) << 48) } ?? pcj_identity(),
      noted: noted)
    files.append(file)
    numbers[key] = number
    return file
  }

  /// Whether a pattern of the user names the file, or a folder above it.
  func isIgnored(_ path: FilePath) -> Bool {
    if ignoredNames.isEmpty { return false }
    let relative = path.relative(to: watched) ?? path
    return ignoredNames.contains { pattern in
      ([relative] + relative.parts).contains { part in
        unsafe part.withCString { unsafe fnmatch(pattern, $0, 0) == 0 }
      }
    }
  }

  /// The name, unless another file has it by now; then what the program has open.
  private func source(_ record: JournalRecord, _ key: FileKey, _ path: FilePath) -> FilePath {
    var found = pcj_identity_of_file()
    let isThere = unsafe path.withCString { unsafe pcj_identify(AT_FDCWD, $0, 0, &found) == 0 }
    if isThere, FileKey(found) == key { return path }
    return FilePath("/proc/\(record.fields.process)/fd/\(record.fields.descriptor)")
  }

  /// Folders in a name become plus signs, so that all recordings stand side by side.
  private func freeName(_ path: FilePath) -> String {
    let relative = path.relative(to: watched) ?? path
    let plain = relative.parts.filter { !$0.bytes.isEmpty }.map { "\($0)" }.joined(separator: "+")
    let count = takenNames[plain, default: 0] + 1
    takenNames[plain] = count
    if count == 1 { return plain }
    let name = "\(plain)~\(count)"
    takenNames[name] = 1
    return name
  }
}

import CJournal
import Glibc
import Host

/// What a recorded program says that it has done or promised: lines that it appends to a file, and lines that it
/// prints where somebody looks for marks in them. Each is put into the one order when it is written.
final class MarkListener {
  /// A thread's way to one of the two.
  private struct Source: Hashable {
    var task: UInt32
    var isSaid: Bool
  }

  private let pattern: MarkPattern?
  private let marks: ListenedFile
  private let said: ListenedFile?
  /// Lines that have no end yet.
  private var begun: [Source: [UInt8]] = [:]

  /// - Parameters:
  ///   - pattern: finds marks in what the program prints; `nil` where nobody looks there.
  ///   - keepsOutput: whether what the program prints is kept all the same.
  /// - Throws: ``RecorderError`` where a file cannot be made.
  init(
    in output: String, pattern: MarkPattern?, keepsOutput: Bool, mode: CopyMode
  ) throws(RecorderError) {
    self.pattern = pattern
    marks = try ListenedFile("\(output)/\(Recorder.marksName)", mode: mode)
    said =
      pattern != nil || keepsOutput
      ? try ListenedFile("\(output)/\(Recorder.saidName)", mode: mode) : nil
  }

  func begin(_ journal: Journal) {
    journal.listen(marks: marks.descriptor, said: said?.descriptor ?? -1)
  }

  /// Where the program appends its marks.
  var path: String { marks.path }

  /// What the program's standard output has to be; `nil`: our own.
  var output: Int32? { said?.descriptor }

  /// The marks that a piece of data completes.
  func marks(in record: JournalRecord) -> [String] {
    let isSaid = record.hasFlag(PCJ_SAID)
    let data = record.payload()
    (isSaid ? said : marks)?.toldByteCount += UInt64(data.count)
    let source = Source(task: record.fields.task, isSaid: isSaid)
    var lines = ((begun[source] ?? []) + data).split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    begun[source] = lines.popLast().map { Array($0) }
    return lines.compactMap { mark(in: $0, isSaid: isSaid) }
  }

  /// Those whose lines never ended.
  func rest() -> [String] {
    defer { begun = [:] }
    return begun.sorted {
      ($0.key.task, $0.key.isSaid ? 1 : 0) < ($1.key.task, $1.key.isSaid ? 1 : 0)
    }
    .compactMap { source, line in mark(in: line[...], isSaid: source.isSaid) }
  }

  private func mark(in line: ArraySlice<UInt8>, isSaid: Bool) -> String? {
    let text = String(decoding: line, as: UTF8.self)
    if isSaid { return pattern?.mark(in: text) }
    return text.isEmpty ? nil : text
  }

  /// What the program has printed since the last call.
  func newOutput() -> [UInt8] { said?.newBytes() ?? [] }

  /// Where something was written that was not told.
  var problems: [RecordingProblem] {
    // What is printed matters only to those who look for marks in it.
    [marks, pattern == nil ? nil : said].compactMap { file in
      guard let file, file.byteCount != file.toldByteCount else { return nil }
      return .unseenMarks(path: file.path)
    }
  }
}

/// A file that a program appends to while we look.
private final class ListenedFile {
  let path: String
  let descriptor: Int32
  /// What the program's library has told of.
  var toldByteCount: UInt64 = 0
  private var takenByteCount: UInt64 = 0

  init(_ path: String, mode: CopyMode) throws(RecorderError) {
    self.path = path
    descriptor = unsafe open(
      path, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, mode.fileBits)
    guard descriptor >= 0 else {
      throw RecorderError(
        "make", path, found: String(errorNumber: errno), hint: "Name a new --output folder.")
    }
  }

  deinit {
    _ = close(descriptor)
  }

  var byteCount: UInt64 {
    var status = stat()
    return unsafe fstat(descriptor, &status) == 0 ? UInt64(status.st_size) : 0
  }

  func newBytes() -> [UInt8] {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe pread(descriptor, &piece, piece.count, off_t(takenByteCount))
      if count <= 0 { return bytes }
      bytes += piece.prefix(count)
      takenByteCount += UInt64(count)
    }
  }
}

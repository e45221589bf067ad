import Bytes
import CrashStates

/// Whether every mark before the cut is a whole line of a file: the text of the mark, with a line feed behind it. A text
/// that was promised twice has to be there twice. In which order the lines are, and what else is there, does not matter.
package struct LinesOracle: PreparedOracle {
  private static let shownMarkCount = 3
  /// A line is looked for in memory.
  private static let maximumByteCount: UInt64 = 1 << 30

  private let path: FilePath
  private let recording: Recording
  private let untouched: UntouchedContents
  /// What is to be said where the mistake may be another one than a lost line; `nil` where nothing is.
  private var doubt: String?

  package init(
    of path: FilePath, in recording: Recording, untouched: @escaping UntouchedContents
  ) throws {
    self.path = path
    self.recording = recording
    self.untouched = untouched
    doubt = try doubtInTheEnd()
  }

  package func answer(about state: CrashState) throws -> OracleAnswer {
    let marks = recording.marks.prefix(recording.markCount(atCut: state.cut))
    if marks.isEmpty { return .cannotTell }
    let file: LinedFile
    switch try contents(in: state) {
    case .file(let found): file = found
    case .unknown: return .cannotTell
    case .none(let what):
      let missing = missingLines(marks[...])
      return .fails(["'\(path)' \(what)"] + missing + [doubt].compactMap { $0 })
    }
    let missing = marks.missing(in: file)
    if missing.isEmpty { return .holds }
    return .fails(
      ["'\(path)' lacks the line of a mark"] + missingLines(missing[...]) + [file.words]
        + [doubt].compactMap { $0 })
  }

  private func missingLines(_ marks: ArraySlice<RecordedMark>) -> [String] {
    let shown = marks.prefix(Self.shownMarkCount).map {
      "there is no line for the mark \($0.words)"
    }
    let count = marks.count - shown.count
    return shown + (count > 0 ? ["nor for \(count) more"] : [])
  }

  // MARK: The file

  private enum Contents {
    case file(LinedFile)
    case unknown
    /// What is there in its place.
    case none(String)
  }

  private func contents(in state: CrashState) throws -> Contents {
    guard let name = recording.names(in: state).first(where: { $0.path == path }) else {
      return .none("is not there")
    }
    switch name.contents {
    case .folder: return .none("is a folder")
    case .link: return .none("is a symbolic link, which is not followed")
    case .unknown: return .unknown
    case .empty: return .file(LinedFile([]))
    case .untouched:
      let region = try untouched(name.node)
      try check(UInt64(region.byteCount))
      return .file(LinedFile(region.bytes(in: 0..<region.byteCount)))
    case .recorded(let file, let own):
      let image = StateImage(recording.files[file].history, own)
      try check(image.byteCount)
      return .file(LinedFile(image.read(ByteRange(byteOffset: 0, byteCount: image.byteCount))))
    }
  }

  private func check(_ byteCount: UInt64) throws(ImageCommandError) {
    if byteCount <= Self.maximumByteCount { return }
    throw ImageCommandError(
      subject: "oracle", expected: "a file of at most \(Self.maximumByteCount) bytes",
      found: "'\(path)' with \(byteCount)",
      hint: "Give a check of your own for a file of this length.")
  }

  /// Where not one mark is a line of the file that the program has left, the marks may be other texts than the lines.
  private func doubtInTheEnd() throws -> String? {
    if recording.marks.isEmpty { return nil }
    switch try contents(in: CrashState(cut: recording.stepCount)) {
    case .unknown: return nil
    case .none(let what):
      return "in the end '\(path)' \(what), with nothing lost: is it the right file?"
    case .file(let file):
      guard recording.marks[...].missing(in: file).count == recording.marks.count else {
        return nil
      }
      return
        "in the end no mark is a line of it, with nothing lost: a line has to be the text of its mark"
    }
  }
}

/// A file that is made of lines.
private struct LinedFile {
  /// Those that end with a line feed, and how often each is there. In the form that marks are kept in, where what is no
  /// UTF-8 is replaced.
  private(set) var counts: [[UInt8]: Int] = [:]
  private let byteCount: Int
  /// What stands behind the last line feed.
  private let restByteCount: Int

  init(_ bytes: [UInt8]) {
    byteCount = bytes.count
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    restByteCount = lines.popLast()?.count ?? 0
    for line in lines { counts[Array(String(decoding: line, as: UTF8.self).utf8), default: 0] += 1 }
  }

  var words: String {
    let count = counts.values.reduce(0, +)
    let lines = count == 1 ? "1 line" : "\(count) lines"
    let rest =
      restByteCount == 0 ? "" : ", and \(restByteCount) bytes without a line feed at the end"
    return "it has \(byteCount) bytes: \(lines)\(rest)"
  }
}

extension ArraySlice<RecordedMark> {
  /// Those that have no line of their own.
  fileprivate func missing(in file: LinedFile) -> [RecordedMark] {
    var counts = file.counts
    return filter { mark in
      let line = Array(mark.text.utf8)
      guard let count = counts[line], count > 0 else { return true }
      counts[line] = count - 1
      return false
    }
  }
}

extension LinedFile: Sendable {}

import Bytes

/// `calls.txt` beside `joint.txt`: which call of the program has made a line, as far as that was seen.
///
///     file 1 18360 1764540000123456789 /usr/bin/kv    a file with code: length in bytes, nanoseconds since 1970 of its last change
///     call 7 1 6699                                   line 7, from 0: the call returns to byte 6699 of file 1
package struct CallTable: Sendable {
  /// A file that a program has its code from.
  package struct CodeFile: Hashable, Sendable {
    package var byteCount: UInt64
    package var modifiedNanoseconds: Int
    package var path: FilePath

    package init(byteCount: UInt64, modifiedNanoseconds: Int, path: FilePath) {
      self.byteCount = byteCount
      self.modifiedNanoseconds = modifiedNanoseconds
      self.path = path
    }
  }

  /// Where a call returns to.
  package struct Call: Hashable, Sendable {
    /// From 1, in the order of their lines.
    package var file: Int
    /// In the file.
    package var byteOffset: Int

    package init(file: Int, byteOffset: Int) {
      self.file = file
      self.byteOffset = byteOffset
    }
  }

  package private(set) var files: [CodeFile] = []
  private var calls: [Int: Call] = [:]

  package init() {}

  /// - Throws: ``RecordingTextError`` at the first line that is none of the two.
  package init(parsing text: String) throws(RecordingTextError) {
    for (number, line) in WordLine.lines(of: text).enumerated() {
      guard take(line) else {
        throw RecordingTextError(
          field: "line \(number + 1)",
          expected: "file LENGTH NANOSECONDS PATH, call LINE FILE BYTE",
          found: "'\(line.text.prefix(80))'",
          hint: "Name a folder that `powercut record` has written.")
      }
    }
  }

  private mutating func take(_ line: WordLine) -> Bool {
    switch (line.kind, line.words.count) {
    case ("file", 4):
      guard line.number(0) == files.count + 1, let byteCount = line.number(1),
        let modified = line.number(2)
      else { return false }
      files.append(
        CodeFile(
          byteCount: UInt64(byteCount), modifiedNanoseconds: modified, path: line.path(3)))
    case ("call", 3):
      guard let place = line.number(0), let file = line.number(1), file >= 1, file <= files.count,
        let byteOffset = line.number(2)
      else { return false }
      calls[place] = Call(file: file, byteOffset: byteOffset)
    default: return false
    }
    return true
  }

  /// Who made a line of `joint.txt`, from 0.
  package subscript(line: Int) -> Call? { calls[line] }

  package func file(of call: Call) -> CodeFile { files[call.file - 1] }

  package static func line(_ file: CodeFile, number: Int) -> String {
    "file \(number) \(file.byteCount) \(file.modifiedNanoseconds) \(PercentText.escaped(file.path.bytes))"
  }

  package static func line(_ call: Call, of line: Int) -> String {
    "call \(line) \(call.file) \(call.byteOffset)"
  }
}

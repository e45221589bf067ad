import Bytes
import Glibc
import Host
import TestSupport
import Testing

@testable import Recorder

/// Who made a line, from the address in the journal to `calls.txt`.
@Suite struct RecordedCallersTests {
  private func text(_ test: WrittenRecording) throws -> [String] {
    try InputFile.text("\(test.output)/calls.txt").split(separator: "\n").map(String.init)
  }

  private func status(_ path: String) throws -> stat {
    var status = stat()
    try #require(unsafe stat(path, &status) == 0)
    return status
  }

  @Test func anAddressIsAPlaceInAFile() throws {
    let test = try WrittenRecording("head -c 2048 /dev/zero > f; head -c 99 /dev/zero > 'a b'")
    try test.recorder.watch("\(test.watched)/f")
    let program = "\(test.watched)/a b"
    let status = try status(program)
    let maps = """
      1000-2000 r--p 00000000 fe:00 \(status.st_ino)   \(program)
      2000-3000 r-xp 00001000 fe:00 \(status.st_ino)   \(program)
      5000-6000 r-xp 00000000 fe:00 7   \(program)
      7000-8000 r-xp 00000000 00:00 0   [vdso]

      """
    try test.put(
      .code, begun: test.number, data: Array(maps.utf8), process: 4, isFinished: false)
    for caller: UInt64 in [0x2010, 0, 0x5010, 0x7010, 0x3000] {
      try test.change("f", [1], at: 0)
      try test.put(
        .write, file: 1, result: 1, count: 1, data: [1], process: 4, caller: caller)
    }
    // Of another process nothing is known, and neither of what the process has executed since.
    try test.put(.write, file: 1, result: 1, data: [1], process: 5, caller: 0x2010)
    try test.put(
      .write, file: 1, result: 1, data: [1], process: 4, program: 1, caller: 0x2010)
    try test.put(.sync, file: 1, process: 4, caller: 0x2fff)
    #expect(try test.finish().problems.isEmpty)
    let nanoseconds = status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec
    let path = program.replacing(" ", with: "%20")
    #expect(
      try text(test) == ["file 1 99 \(nanoseconds) \(path)", "call 0 1 4112", "call 7 1 8191"])
  }

  /// What was told last holds.
  @Test func codeIsReplaced() throws {
    let test = try WrittenRecording("head -c 2048 /dev/zero > f")
    try test.recorder.watch("\(test.watched)/f")
    let inode = try status("\(test.watched)/f").st_ino
    for byteOffset in ["0", "800"] {
      let line = "2000-3000 r-xp \(byteOffset) fe:00 \(inode) \(test.watched)/f\n"
      try test.put(.code, begun: test.number, data: Array(line.utf8), isFinished: false)
      try test.put(.sync, file: 1, caller: 0x2001)
    }
    #expect(try test.finish().problems.isEmpty)
    #expect(try text(test).dropFirst() == ["call 0 1 1", "call 1 1 2049"])
  }

  @Test(arguments: [
    "", "2000 r-xp 0 fe:00 1 /f", "2000-3000 r-xp 0 fe:00 1", "3000-2000 r-xp 0 fe:00 1 /f",
    "2000-3000 r-xp x fe:00 1 /f", "2000-3000 r-xp ffffffffffffffff fe:00 1 /f",
    "2000-3000 r-xp 0 fe:00 -1 /f", "-- r-xp 0 fe:00 1 /f",
  ])
  func linesOfAnotherFormSayNothing(line: String) {
    #expect(LoadedCode(Array(line.utf8)).place(of: 0x2001) == nil)
  }
}

import CJournal

/// Something that a program did to a watched file and that no recording can show, with the remedy.
///
/// A recording with one is never a clean result: what was not seen may be what a crash would lose.
package enum RecordingProblem: Equatable, Hashable, Sendable, CustomStringConvertible {
  case sharedMapping(path: String)
  /// Refused, which a program that has other means does not mind.
  case ioUring
  case linuxAIO(path: String)
  case posixAIO(path: String)
  case splice(path: String)
  case unnamedFile(path: String)
  case unseenStream(path: String)
  case whiteout(path: String)
  /// The command never loaded the library.
  case notLoaded(command: String)
  /// The command had ended, and something that it had started had not, and was killed.
  case stillRunning(name: String)
  /// A file changed, and nobody who is recorded did it.
  case unseenChange(path: String)
  /// Something was written to the file of marks, or to the standard output, that was not told.
  case unseenMarks(path: String)
  /// A recorded file does not hold what its recording says.
  case differs(path: String, byteOffset: UInt64, expected: UInt8, found: UInt8)
  /// A name does not stand for what the recorded calls have made of it.
  case nameDiffers(path: String, expected: String, found: String)
  case lengthDiffers(path: String, byteCount: UInt64, recordedByteCount: UInt64)
  /// The journal could not take an operation, whose call then failed.
  case journalRefused(reason: String)

  package var description: String {
    switch self {
    case .sharedMapping(let path):
      """
      '\(path)' is mapped shared and writable (mmap): what is written there is not seen. Switch memory \
      mapping off in the program, or leave the file out with --ignore.
      """
    case .ioUring:
      """
      the program was refused an io_uring, whose writes would not be seen, and failed. Choose \
      another I/O engine (qemu: aio=threads).
      """
    case .linuxAIO(let path):
      """
      '\(path)' is written by Linux AIO (io_submit), which is not seen. Choose another I/O engine \
      (qemu: aio=threads).
      """
    case .posixAIO(let path):
      "'\(path)' is written by POSIX AIO (aio_write), which is not seen. Choose plain writes."
    case .splice(let path):
      "'\(path)' is written by splice, which is not seen. Choose plain writes."
    case .unnamedFile(let path):
      """
      '\(path)' was opened without a name (O_TMPFILE), and its later name is not followed. Choose files \
      that are created under a name.
      """
    case .unseenStream(let path):
      """
      '\(path)' is written through a stream of a C library that is not known here, which is not seen. \
      Use a build of the program for glibc.
      """
    case .whiteout(let path):
      "'\(path)' was renamed and a whiteout left in its place (RENAME_WHITEOUT), which is not followed."
    case .notLoaded(let command):
      """
      '\(command)' never loaded the recorder's library: it is linked statically, has privileges of its \
      own (setuid), or clears its environment. Use a dynamically linked build of it.
      """
    case .stillRunning(let name):
      """
      '\(name)', which the command had started, still ran 5 s after its end and was killed: what it would have done \
      is not there. Have the command wait for it, or stop it.
      """
    case .unseenChange(let path):
      """
      '\(path)' changed and no recorded call did it: it was moved in from elsewhere, or written by a \
      program that is static or was not started by the command. Name all writers in the command.
      """
    case .unseenMarks(let path):
      """
      what was written to '\(path)' was not seen, so marks are missing: a static program wrote it, or one that was \
      not started by the command. Have a dynamically linked program write them.
      """
    case .differs(let path, let byteOffset, let expected, let found):
      """
      '\(path)' does not hold what was recorded: byte \(byteOffset) is \(Self.hexadecimal(found)), and \
      \(Self.hexadecimal(expected)) was recorded. Something wrote to it that is not seen: look for mappings, \
      static programs, and other writers.
      """
    case .nameDiffers(let path, let expected, let found):
      """
      '\(path)' is \(found), and by what was recorded it is \(expected): something changed names that is \
      not seen. Look for static programs, and other programs that use the folder.
      """
    case .lengthDiffers(let path, let byteCount, let recordedByteCount):
      """
      '\(path)' has \(byteCount) bytes, and \(recordedByteCount) were recorded: something changed it \
      that is not seen. Look for mappings, static programs, and other writers.
      """
    case .journalRefused(let reason):
      """
      the journal could not take an operation (\(reason)), and the program's call failed with that. \
      Free some space below --output, or raise the program's limits.
      """
    }
  }

  private static func hexadecimal(_ byte: UInt8) -> String {
    "0x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }
}

extension RecordingProblem {
  /// What a program's library has reported; `nil` for what it cannot report.
  init?(_ record: JournalRecord) {
    let path = record.paths.first.map { "\($0)" } ?? ""
    switch pcj_problem(record.fields.flags) {
    case PCJ_SHARED_MAPPING: self = .sharedMapping(path: path)
    case PCJ_IO_URING: self = .ioUring
    case PCJ_LINUX_AIO: self = .linuxAIO(path: path)
    case PCJ_POSIX_AIO: self = .posixAIO(path: path)
    case PCJ_SPLICE: self = .splice(path: path)
    case PCJ_UNNAMED_FILE: self = .unnamedFile(path: path)
    case PCJ_STREAM: self = .unseenStream(path: path)
    case PCJ_WHITEOUT: self = .whiteout(path: path)
    default: return nil
    }
  }
}

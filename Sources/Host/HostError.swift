import Glibc

/// What the operating system refused: which action, on what, why, and what to do about it.
///
///     cannot open '/tmp/run/writes.log': No such file or directory (error 2). Check the path.
package struct HostError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What was tried, as a verb: `open`, `map`, `start`.
  package var action: String
  /// A path, the name of a program, or the name of a stream.
  package var subject: String
  /// The C library's `errno`, or 0 where the system call itself succeeded.
  package var errorNumber: Int32
  /// What was found instead of what was needed.
  package var found: String
  /// One sentence: what the reader of the message can do next.
  package var hint: String

  /// An error with words of its own.
  package init(
    _ action: String, _ subject: String, found: String, hint: String, errorNumber: Int32 = 0
  ) {
    self.action = action
    self.subject = subject
    self.errorNumber = errorNumber
    self.found = found
    self.hint = hint
  }

  /// An error in the system's words.
  init(_ action: String, _ subject: String, errorNumber: Int32) {
    self.init(
      action, subject, found: Self.text(ofErrorNumber: errorNumber),
      hint: Self.hint(forErrorNumber: errorNumber), errorNumber: errorNumber)
  }

  package var description: String {
    let number = errorNumber == 0 ? "" : " (error \(errorNumber))"
    return "cannot \(action) '\(subject)': \(found)\(number). \(hint)"
  }

  /// The system's sentence for an `errno`.
  static func text(ofErrorNumber errorNumber: Int32) -> String {
    var text = [CChar](repeating: 0, count: 256)
    guard unsafe strerror_r(errorNumber, &text, text.count) == 0 else { return "unknown error" }
    let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func hint(forErrorNumber errorNumber: Int32) -> String {
    switch errorNumber {
    case ENOENT: "Check the path."
    case ENOTDIR: "A part of the path is a file: check the path."
    case EISDIR: "Name a file, not a folder."
    case EACCES, EPERM: "Check the permissions of the file and of its folder."
    case ENOSPC, EDQUOT: "Free some space, or write to another disk."
    case EFBIG: "Raise the limit of file sizes (ulimit -f), or use another file system."
    case EROFS: "The file system is read-only: write elsewhere."
    case EMFILE, ENFILE: "Raise the limit of open files (ulimit -n), or use fewer jobs."
    case ENOMEM, EAGAIN: "Free some memory, or use fewer jobs."
    case EPIPE: "The reader went away before the end."
    case EIO: "The disk reported an error: look into the kernel's log."
    case EEXIST: "Choose another name, or remove what is there."
    default: "Look the error up in errno(3)."
    }
  }
}

import Glibc

/// A file that only grows, line by line, and has one writer: what it has taken is on the disk when ``append(_:)``
/// has returned.
package final class AppendedFile {
  package let path: String
  private let file: OpenFile
  private var isBroken = false

  /// - Throws: ``HostError``, also where the file is there already.
  package init(creating path: String) throws(HostError) {
    self.path = path
    file = try OpenFile(
      path, flags: O_WRONLY | O_CREAT | O_EXCL | O_APPEND, action: "write")
    try PendingFile.syncFolder(of: path)
  }

  /// - Throws: ``HostError``; then a part of the text can be there, and nothing more is taken.
  package func append(_ text: String) throws(HostError) {
    guard !isBroken else { throw HostError("write", path, errorNumber: EIO) }
    do throws(HostError) {
      try unsafe Array(text.utf8).span.bytes.withUnsafeBytes { (bytes) throws(HostError) in
        try unsafe SystemCall.writeAll(bytes, to: file.descriptor, subject: path)
      }
      guard SystemCall.retrying({ fdatasync(file.descriptor) }) == 0 else {
        throw HostError("sync", path, errorNumber: errno)
      }
    } catch {
      isBroken = true
      throw error
    }
  }
}

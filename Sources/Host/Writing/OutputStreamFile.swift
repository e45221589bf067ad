import Glibc

/// A file, a pipe or a device that somebody reads while it is written: every text is there when it was appended.
package final class OutputStreamFile {
  private let file: OpenFile

  /// - Throws: ``HostError`` where nothing can be written there.
  package init(_ path: String) throws(HostError) {
    _ = SystemCall.ignoreBrokenPipes
    file = try OpenFile(path, flags: O_WRONLY | O_CREAT | O_TRUNC, action: "write")
  }

  package func append(_ text: String) throws(HostError) {
    try unsafe Array(text.utf8).span.bytes.withUnsafeBytes { (bytes) throws(HostError) in
      try unsafe SystemCall.writeAll(bytes, to: file.descriptor, subject: file.path)
    }
  }
}

import Glibc

/// The two streams of a command-line tool: the result, and what is said meanwhile.
package enum StandardStreams {
  /// Writes to standard output, all of it and at once.
  ///
  /// - Throws: ``HostError``: a full disk (ENOSPC) or a reader that has gone (EPIPE).
  package static func writeResult(_ text: String) throws(HostError) {
    try writeResult(bytes: Array(text.utf8))
  }

  /// - Throws: ``HostError``: a full disk (ENOSPC) or a reader that has gone (EPIPE).
  package static func writeResult(bytes: [UInt8]) throws(HostError) {
    try write(bytes, to: 1, name: "standard output")
  }

  /// Writes progress or an error message to standard error, all of it and at once.
  ///
  /// - Throws: ``HostError``, which is mostly to be ignored: there is no better place to say it.
  package static func writeProgress(_ text: String) throws(HostError) {
    try write(Array(text.utf8), to: 2, name: "standard error")
  }

  private static func write(
    _ bytes: [UInt8], to descriptor: Int32, name: String
  ) throws(HostError) {
    _ = SystemCall.ignoreBrokenPipes
    try unsafe bytes.span.bytes.withUnsafeBytes { (bytes) throws(HostError) in
      try unsafe SystemCall.writeAll(
        bytes, to: descriptor, subject: name)
    }
  }
}

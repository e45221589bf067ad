import Glibc

/// Files that are read as a whole: scenarios, manifests, the files of /proc.
package enum InputFile {
  /// All bytes of a file or a pipe, in order.
  ///
  /// - Parameter maximumByteCount: more than this is an error, so that a log that was named by
  ///   mistake does not fill the memory.
  /// - Throws: ``HostError`` with the path and the reason.
  package static func bytes(
    _ path: String, maximumByteCount: Int = 64 << 20
  ) throws(HostError) -> [UInt8] {
    let file = try OpenFile(path, flags: O_RDONLY)
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let received = SystemCall.retrying { unsafe read(file.descriptor, &buffer, buffer.count) }
      guard received >= 0 else { throw HostError("read", path, errorNumber: errno) }
      if received == 0 { return bytes }
      bytes.append(contentsOf: buffer.prefix(received))
      guard bytes.count <= maximumByteCount else {
        throw HostError(
          "read", path, found: "it has more than \(maximumByteCount) bytes",
          hint: "Name the right file: this one is too long for its kind.")
      }
    }
  }

  /// The same as UTF-8 text; what is no UTF-8 becomes U+FFFD.
  package static func text(
    _ path: String, maximumByteCount: Int = 64 << 20
  ) throws(HostError) -> String {
    String(decoding: try bytes(path, maximumByteCount: maximumByteCount), as: UTF8.self)
  }
}

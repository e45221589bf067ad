import Glibc

/// A result that is written from start to end: a report, a log, a list.
///
/// It appears under its name when ``finish()`` has returned and not before; after an error, or
/// without `finish`, what had the name before still has it. A pipe or a device (`/dev/stdout`) is
/// written to directly.
package final class OutputFile {
  private static let bufferByteCount = 1 << 18

  package let path: String
  private let destination: Destination
  private var buffer: [UInt8] = []

  private enum Destination {
    case pending(PendingFile)
    case stream(OpenFile)

    var file: OpenFile {
      switch self {
      case .pending(let pending): pending.file
      case .stream(let file): file
      }
    }
  }

  /// - Parameter mode: who may read it.
  /// - Throws: ``HostError`` where nothing can be written there.
  package init(_ path: String, mode: CopyMode = .unrestricted) throws(HostError) {
    self.path = path
    if Self.isStream(path) {
      _ = SystemCall.ignoreBrokenPipes
      destination = .stream(try OpenFile(path, flags: O_WRONLY, action: "write"))
    } else {
      destination = .pending(try PendingFile(replacing: path, mode: mode))
    }
  }

  /// Writes a whole file.
  ///
  /// - Throws: ``HostError``; then the file is as it was before.
  package static func write(_ bytes: [UInt8], to path: String) throws(HostError) {
    let file = try OutputFile(path)
    try file.write(bytes)
    try file.finish()
  }

  /// Writes a whole file as UTF-8.
  ///
  /// - Parameter mode: who may read it.
  /// - Throws: ``HostError``; then the file is as it was before.
  package static func write(
    _ text: String, to path: String, mode: CopyMode = .unrestricted
  ) throws(HostError) {
    let file = try OutputFile(path, mode: mode)
    try file.write(text)
    try file.finish()
  }

  /// Appends.
  ///
  /// - Throws: ``HostError``; then the file is given up and no more can be written.
  package func write(_ bytes: [UInt8]) throws(HostError) {
    if buffer.count + bytes.count > Self.bufferByteCount { try flush() }
    if bytes.count > Self.bufferByteCount {
      try writeThrough(bytes)
    } else {
      buffer.append(contentsOf: bytes)
    }
  }

  /// Appends UTF-8.
  ///
  /// - Throws: ``HostError``; then the file is given up and no more can be written.
  package func write(_ text: String) throws(HostError) {
    try write(Array(text.utf8))
  }

  /// Makes what was written durable and gives it its name. To be called once.
  ///
  /// - Throws: ``HostError``; then the file is as it was before.
  package func finish() throws(HostError) {
    try flush()
    switch destination {
    case .pending(let pending): try pending.commit()
    case .stream(let file): try file.close()
    }
  }

  private func flush() throws(HostError) {
    if buffer.isEmpty { return }
    try writeThrough(buffer)
    buffer.removeAll(keepingCapacity: true)
  }

  private func writeThrough(_ bytes: [UInt8]) throws(HostError) {
    do throws(HostError) {
      try unsafe bytes.span.bytes.withUnsafeBytes { (bytes) throws(HostError) in
        try unsafe SystemCall.writeAll(bytes, to: destination.file.descriptor, subject: path)
      }
    } catch {
      if case .pending(let pending) = destination { pending.abandon() }
      throw error
    }
  }

  private static func isStream(_ path: String) -> Bool {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return false }
    return !status.isRegularFile && !status.isFolder
  }
}

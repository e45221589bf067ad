import Bytes
import Glibc

extension FilePath {
  /// O_PATH, which the C library shows only to programs that define `_GNU_SOURCE`: the same on every machine.
  private static let onlyPath: Int32 = 0o10000000

  /// The path as text, for what takes only text. A path that is no UTF-8 is opened meanwhile, and the text is that of
  /// the descriptor.
  ///
  /// - Throws: ``HostError`` where it has to be opened and cannot be; what `body` throws.
  package func withText<Outcome>(_ body: (String) throws -> Outcome) throws -> Outcome {
    if let text = String(validating: bytes, as: UTF8.self) { return try body(text) }
    let descriptor = unsafe withCString { unsafe open($0, Self.onlyPath | O_CLOEXEC) }
    guard descriptor >= 0 else { throw HostError("open", "\(self)", errorNumber: errno) }
    defer { _ = close(descriptor) }
    return try body("/proc/self/fd/\(descriptor)")
  }
}

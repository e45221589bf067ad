import Glibc

/// A new folder below TMPDIR (or /tmp, or in memory) that is removed, with everything in it, when the last
/// reference to it goes.
public final class TemporaryFolder: Sendable {
  public let path: String

  /// Where Linux keeps files in memory.
  private static let memory = "/dev/shm"
  /// A folder in memory is asked for by those whose files are small.
  private static let neededByteCount: UInt64 = 256 << 20

  /// - Parameter prefersMemory: for small files that are made and removed by the thousand: where TMPDIR is
  ///   not set they are kept in memory, if there is enough of it. On a disk making them takes longer than
  ///   all that is done with them.
  /// - Throws: ``HostError`` where no folder can be made.
  public init(prefix: String = "powercut", prefersMemory: Bool = false) throws(HostError) {
    let parent =
      Environment.value("TMPDIR").flatMap { $0.isEmpty ? nil : $0 }
      ?? (prefersMemory && Self.hasMemory ? Self.memory : "/tmp")
    let pattern = "\(parent)/\(prefix)-XXXXXX"
    var template = Array(pattern.utf8CString)
    guard unsafe mkdtemp(&template) != nil else {
      throw HostError("make a folder in", parent, errorNumber: errno)
    }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static var hasMemory: Bool {
    guard unsafe access(memory, W_OK) == 0 else { return false }
    return FreeSpace.byteCount(at: memory).map { $0 >= neededByteCount } ?? false
  }

  deinit {
    Folders.remove(path)
  }

  /// The path of a file or folder in here.
  public func path(_ name: String) -> String { "\(path)/\(name)" }
}

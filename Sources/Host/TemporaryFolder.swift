import Glibc

/// A new folder below TMPDIR (or /tmp) that is removed, with everything in it, when the last
/// reference to it goes.
public final class TemporaryFolder: Sendable {
  public let path: String

  /// - Throws: ``HostError`` where no folder can be made.
  public init(prefix: String = "powercut") throws(HostError) {
    let parent = Environment.value("TMPDIR").flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    let pattern = "\(parent)/\(prefix)-XXXXXX"
    var template = Array(pattern.utf8CString)
    guard unsafe mkdtemp(&template) != nil else {
      throw HostError("make a folder in", parent, errorNumber: errno)
    }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    Folders.remove(path)
  }

  /// The path of a file or folder in here.
  public func path(_ name: String) -> String { "\(path)/\(name)" }
}

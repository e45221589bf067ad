import Host

/// What `powercut record` has written: a folder with `joint.txt` and a recording for each file.
package struct RecordedFolder {
  /// The one order over its files.
  package static let orderName = "joint.txt"

  package let path: String
  /// The recordings, by name. One that was begun and holds nothing is none.
  package let names: [String]
  /// One of those that were begun and hold nothing.
  private let begun: NothingRecorded?

  /// `nil` where the path is no such folder.
  package init?(_ path: String) throws {
    guard Self.isThere(path) else { return nil }
    self.path = path
    let folders = try Folders.names(in: path).filter { Folders.isFolder("\(path)/\($0)") }
    begun = folders.lazy.compactMap { NothingRecorded(in: "\(path)/\($0)") }.first
    names = folders.filter {
      Folders.exists("\(path)/\($0)/writes.log") && NothingRecorded(in: "\(path)/\($0)") == nil
    }
  }

  private static func isThere(_ path: String) -> Bool {
    Folders.exists("\(path)/\(orderName)")
  }

  /// The recording of the only file; `nil` where there are several, or none.
  package var onlyRecording: String? { names.count == 1 ? "\(path)/\(names[0])" : nil }

  /// - Parameter command: what asks for one file.
  /// - Throws: ``ToolError`` that names the recordings where there is not exactly one;
  ///   ``NothingRecorded`` where a recorder was killed before there was any.
  package func onlyRecording(for command: String) throws -> String {
    if let onlyRecording { return onlyRecording }
    if names.isEmpty {
      if let begun { throw begun }
      throw ToolError("\(path) holds no recording of a file: only names were changed; record again")
    }
    let shown = names.prefix(5).map { "\(path)/\($0)" }.joined(separator: ", ")
    let rest = names.count > 5 ? " and \(names.count - 5) more" : ""
    throw ToolError(
      "\(path) is a recording of several files; \(command) takes one of them: \(shown)\(rest)")
  }
}

import ArgumentParser
import Host
import ToolSupport
import VHDXCommands

/// What a format of images brings to the tool beyond ``ImageFormat``, one line each.
enum FormatCommands {
  /// Commands about one format alone.
  static let all: [any ParsableCommand.Type] = [
    CreateCommand.self, RecoverCommand.self,
  ]

  /// Says what is in an image of a format that has more to say than a listing; `nil` for any other file.
  ///
  /// - Throws: ``HostError`` where it cannot be read.
  static func inspection(
    of path: String, listsEntries: Bool
  ) throws(HostError) -> (any ImageInspecting)? {
    try InspectImage(path, listsEntries: listsEntries)
  }
}

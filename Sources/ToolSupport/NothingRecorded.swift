import Host

/// A recording that was begun and holds no entry: its recorder was killed before the program, which waits
/// for the first contents to be kept, could change the file.
package struct NothingRecorded: Error, CustomStringConvertible {
  package var path: String

  /// `nil` where there is a log, or nothing that a recorder leaves.
  package init?(in folder: String) {
    let hasBegun = ["base.img", "base.lent"].contains { Folders.exists("\(folder)/\($0)") }
    let isListed = Folders.exists("\(folder)/../\(RecordedFolder.orderName)")
    guard hasBegun || isListed, !Folders.exists("\(folder)/manifest.json"),
      Self.isEmpty("\(folder)/writes.log")
    else { return nil }
    path = folder
  }

  private static func isEmpty(_ log: String) -> Bool {
    guard Folders.exists(log) else { return true }
    return (try? MappedFile.map(log).byteCount) == 0
  }

  package var description: String {
    """
    \(path): the recorder was killed when it began with this file, before the program could change it. \
    There is nothing to check; record again.
    """
  }
}

import Host

/// A disk in memory that is soon full.
package final class SmallDisk {
  package static let isPossible: Bool = {
    (try? SmallDisk(byteCount: 64 << 10)) != nil
  }()

  package let folder: TemporaryFolder

  package init(byteCount: Int) throws {
    folder = try TemporaryFolder()
    try shell("mount -t tmpfs -o size=\(byteCount) powercut-test \(folder.path)")
  }

  deinit {
    _ = try? shell("umount \(folder.path)")
  }

  package func path(_ name: String) -> String { folder.path(name) }
}

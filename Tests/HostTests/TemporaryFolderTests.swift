import Host
import TestSupport
import Testing

@Suite struct TemporaryFolderTests {
  @Test func theFolderGoesWithEverythingInIt() throws {
    var folder: TemporaryFolder? = try TemporaryFolder()
    let path = try #require(folder?.path)
    try shell("mkdir -p \(path)/a/b; touch \(path)/a/b/file; ln -s / \(path)/a/link")
    #expect(Folders.exists(path))
    folder = nil
    #expect(!Folders.exists(path))
    #expect(Folders.exists("/tmp"))
  }

  /// Whoever sets TMPDIR has said where.
  @Test func aFolderInMemoryIsOneLikeTheOthers() throws {
    var folder: TemporaryFolder? = try TemporaryFolder(prefersMemory: true)
    let path = try #require(folder?.path)
    try shell("printf x > '\(path)/file'")
    if Environment.value("TMPDIR") == nil, Folders.isFolder("/dev/shm") {
      #expect(path.hasPrefix("/dev/shm/") || path.hasPrefix("/tmp/"))
    }
    folder = nil
    #expect(!Folders.exists(path))
  }

  @Test func twoFoldersDiffer() throws {
    let (first, second) = (try TemporaryFolder(), try TemporaryFolder())
    #expect(first.path != second.path)
  }
}

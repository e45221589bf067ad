import Bytes
import Host
import TestSupport
import Testing

/// Changing a file where it stands.
@Suite struct WritableFileTests {
  private let folder: TemporaryFolder
  private var path: String { folder.path("file") }

  init() throws {
    folder = try TemporaryFolder()
    try shell("head -c 10000 /dev/zero | tr '\\0' x > '\(path)'")
  }

  private func contents() throws -> [UInt8] { try InputFile.bytes(path) }

  @Test func writesGrowTheFileAndNothingElseChanges() throws {
    let file = try WritableFile(path)
    #expect(file.byteCount == 10000)
    try file.write([1, 2, 3], at: 5)
    try file.write([4, 5], at: 12000)
    try file.sync()
    #expect(file.byteCount == 12002)
    var expected = [UInt8](repeating: 0x78, count: 10000) + [UInt8](repeating: 0, count: 2002)
    expected.replaceSubrange(5..<8, with: [1, 2, 3])
    expected.replaceSubrange(12000..<12002, with: [4, 5])
    #expect(try contents() == expected)
  }

  @Test func zeroesReachOverTheEndAndKeepWhatIsBeside() throws {
    let file = try WritableFile(path)
    try file.zero(ByteRange(byteOffset: 100, byteCount: 5000))
    try file.zero(ByteRange(byteOffset: 9999, byteCount: 2))
    #expect(file.byteCount == 10001)
    var expected = [UInt8](repeating: 0x78, count: 10000) + [0]
    expected.replaceSubrange(100..<5100, with: repeatElement(0, count: 5000))
    expected[9999] = 0
    #expect(try contents() == expected)
  }

  @Test func lengthCanShrinkAndGrow() throws {
    let file = try WritableFile(path)
    try file.resize(toByteCount: 3)
    try file.resize(toByteCount: 5)
    #expect(try contents() == [0x78, 0x78, 0x78, 0, 0])
    #expect(throws: HostError.self) { try file.resize(toByteCount: .max) }
    #expect(throws: HostError.self) { try file.write([1], at: .max) }
    #expect(throws: HostError.self) { try file.zero(ByteRange(byteOffset: 1 << 63, byteCount: 1)) }
    #expect(try contents().count == 5)
  }

  @Test func whatIsNoFileIsRefused() throws {
    try shell("mkfifo '\(folder.path("pipe"))'")
    for name in ["missing", "", "pipe"] {
      #expect(throws: HostError.self) { try WritableFile(folder.path(name)) }
    }
    #expect(throws: HostError.self) { try WritableFile("/dev/null") }
    #expect(!Folders.exists(folder.path("missing")))
  }

  @Test func fileThatIsOpenElsewhereIsInUse() throws {
    try FileLock.checkFree(path)
    do {
      let file = try WritableFile(path)
      #expect(throws: HostError.self) { try WritableFile(path) }
      #expect(throws: HostError.self) { try FileLock.checkFree(path) }
      try file.write([1], at: 0)
    }
    // A process that another test starts at this moment holds the lock until it has become its program.
    for _ in 0..<100 {
      if (try? FileLock.checkFree(path)) != nil { break }
      try shell("sleep 0.05")
    }
    try FileLock.checkFree(path)
    #expect(try WritableFile(path).byteCount == 10000)
  }

  @Test func pathsAreFoundFromOtherFolders() throws {
    #expect(Paths.relative("/a/b/c", from: "/a/b") == "./c")
    #expect(Paths.relative("/a/b/c", from: "/a/d/e") == "../../b/c")
    #expect(Paths.relative("/c", from: "/") == "./c")
    #expect(Paths.relative("/ab/c", from: "/a") == "../ab/c")
    let real = try Paths.absolute(folder.path)
    #expect(try Paths.absolute(folder.path("./file")) == real + "/file")
    #expect(try Paths.folder(of: folder.path("missing")) == real)
    #expect(try Paths.folder(of: "/missing") == "/")
    #expect(throws: HostError.self) { try Paths.absolute(folder.path("missing")) }
  }
}

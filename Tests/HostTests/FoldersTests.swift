import Glibc
import Host
import TestSupport
import Testing

@Suite struct FoldersTests {
  @Test func filesAreFoundFolderByFolderInOrder() throws {
    let folder = try TemporaryFolder()
    try shell(
      """
      cd \(folder.path); mkdir -p b/deep .hidden; ln -s . b/loop
      touch z.yaml a.yaml note.txt b/1.yaml b/deep/2.yaml .hidden/3.yaml
      """)
    let files = try Folders.files(below: folder.path, suffix: ".yaml")
    #expect(
      files == ["a.yaml", "b/1.yaml", "b/deep/2.yaml", "z.yaml"].map { folder.path($0) })
  }

  @Test func missingFoldersAreMadeAndPresentOnesAreFine() throws {
    let folder = try TemporaryFolder()
    try Folders.create(folder.path("a/b/c"))
    try Folders.create(folder.path("a/b/c"))
    #expect(Folders.isFolder(folder.path("a/b/c")))
  }

  @Test func aFileInTheWayIsNamed() throws {
    let folder = try TemporaryFolder()
    try OutputFile.write("", to: folder.path("a"))
    let error = #expect(throws: HostError.self) { try Folders.create(folder.path("a")) }
    #expect(error?.errorNumber == EEXIST)
    #expect(throws: HostError.self) { try Folders.create(folder.path("a/b")) }
  }
}

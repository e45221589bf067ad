import Host
import Testing

@testable import Recorder

@Suite struct JointOrderTests {
  @Test func linesAreEntriesAndNamesInTheirOrder() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("joint.txt")
    let joint = try JointOrder(path, watching: "/data/disks", mode: .unrestricted)
    try joint.names("create", ["/data/disks/a b"])
    try joint.entry("a b", 0)
    try joint.names("rename", ["/data/disks/a b", "/elsewhere/100%\nsure"])
    try joint.names("sync-folder", ["/data/disks"])
    try joint.flush()
    #expect(
      try InputFile.text(path) == """
        create a%20b
        entry a%20b 0
        rename a%20b /elsewhere/100%25%0Asure
        sync-folder .

        """)
  }
}

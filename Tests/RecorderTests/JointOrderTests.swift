import Bytes
import Host
import Testing
import WriteLog

@testable import Recorder

@Suite struct JointOrderTests {
  @Test func linesAreEntriesAndNamesInTheirOrder() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("joint.txt")
    let calls = try CallFile(folder.path("calls.txt"), mode: .unrestricted)
    let joint = try JointOrder(path, calls: calls, mode: .unrestricted)
    for line in [
      JointLine.create(node: 1, mode: 0o644, "a b"), .entry(recording: "a b", entryIndex: 0),
      .makeFolder(node: 2, mode: 0o1777, FilePath([0x64, 0xff])),
      .symlink(node: 3, "l", target: "../a b"),
      .rename(from: "a b", to: "/elsewhere/100%\nsure"), .exchange("a", "b"),
      .link(from: "a", to: "c"),
      .unlink("c"), .removeFolder("d"), .mode(0o600, "a"), .syncFolder(.here), .sync,
      .mark("ack 7"),
    ] {
      try joint.add(line)
    }
    try joint.flush()
    #expect(
      try InputFile.text(path) == """
        create 1 644 a%20b
        entry a%20b 0
        mkdir 2 1777 d%FF
        symlink 3 l ../a%20b
        rename a%20b /elsewhere/100%25%0Asure
        exchange a b
        link a c
        unlink c
        rmdir d
        mode 600 a
        sync-folder .
        sync
        mark ack%207

        """)
  }
}

import Bytes
import Testing
import WriteLog

@testable import CrashStates

/// Folders, links, and lines that say which file a name stands for: joint.txt by hand.
@Suite struct NameHistoryTests {
  /// A folder that was there is renamed with what is in it, of which `in/x` is recorded and `in/y` is not.
  @Test(arguments: [
    ("cut:0", "in/ in/link->../a in/x=old in/y=#4"),
    ("cut:1", "out/ out/link->../a out/x=old out/y=#4"),
    ("cut:1 names:0", "in/ in/link->../a in/x=old in/y=#4"),
    ("cut:2", "new/ out/ out/link->../a out/x=old out/y=#4"),
    ("cut:3", "l->a new/ out/ out/link->../a out/x=old out/y=#4"),
    ("cut:4", "l->a out/ out/link->../a out/x=old out/y=#4"),
    ("cut:5", "l->a out/ out/link->../a out/x=new out/y=#4"),
  ])
  func foldersAndLinksAreNames(state: String, listing: String) throws {
    let joint = JointCase(
      base: """
        folder 1 755 in
        symlink 2 in/link ../a
        file 3 644 512 in/x
        file 4 644 9 in/y

        """,
      lines: """
        rename in out
        mkdir 5 755 new
        symlink 6 l a
        rmdir new
        entry in+x 0
        entry in+x 1

        """,
      files: [
        JointCase.File(
          recording: "in+x", node: 3, base: JointCase.sector("old"),
          log: JointCase.writtenAndSynced("new"))
      ])
    #expect(try joint.recording(untouched: [4]).listing(state) == listing)
  }

  /// Two files had the name, and the first one is written to when it has none any more.
  @Test func aRecordingBelongsToTheFileThatIsNamed() throws {
    let joint = JointCase(
      lines: """
        create 1 644 f
        unlink f
        create 2 644 f
        entry f 0
        entry f 1
        entry f 2
        entry f~2 0
        entry f~2 1
        entry f~2 2

        """,
      files: [
        JointCase.File(recording: "f", node: 1, log: JointCase.createdAndSynced("first")),
        JointCase.File(recording: "f~2", node: 2, log: JointCase.createdAndSynced("second")),
      ])
    let recording = try joint.recording()
    #expect(try recording.listing("cut:6") == "f=")
    #expect(try recording.listing("cut:9") == "f=second")
  }

  @Test(arguments: [
    "mkdir", "mkdir a", "mkdir x 755 a", "mkdir 1 888 a", "mkdir 1 77777 a", "rmdir a b",
    "symlink a",
    "symlink 1 a", "exchange a", "mode 644", "mode 9 a", "mark", "mark a b",
  ])
  func anotherFormIsAnError(line: String) throws {
    let error = try #require(throws: RecordingTextError.self) {
      try JointLine.list(parsing: "sync\n\(line)\n")
    }
    #expect("\(error)".contains("line 2"), "\(error)")
  }

  /// Each folder is there because something was made in it, and is lost with it.
  @Test func whatIsInAFolderGoesWithIt() throws {
    let recording = try JointCase(
      base: "folder 1 755 a\nfolder 2 755 a/b\nfile 3 644 5 a/b/c\nfolder 4 700 e\n",
      lines: "rename a e\nmkdir 5 700 a\nrename e/b a/b\n"
    ).recording(untouched: [3])
    #expect(
      try ["cut:0", "cut:1", "cut:3", "cut:3 names:2", "cut:3 names:0"].map(recording.listing) == [
        "a/ a/b/ a/b/c=#3 e/", "e/ e/b/ e/b/c=#3", "a/ a/b/ a/b/c=#3 e/", "a/ e/ e/b/ e/b/c=#3",
        "a/ a/b/ a/b/c=#3 e/",
      ])
  }

  @Test func bothNamesStayWhereTheyAreExchanged() throws {
    let recording = try JointCase(
      base: "folder 1 755 a\nfile 2 644 5 a/x\nfile 3 644 6 b\n", lines: "exchange a b\n"
    ).recording(untouched: [2, 3])
    #expect(
      try ["cut:0", "cut:1", "cut:1 names:0"].map(recording.listing) == [
        "a/ a/x=#2 b=#3", "a=#3 b/ b/x=#2", "a/ a/x=#2 b=#3",
      ])
  }

  /// Permissions change as names do, and belong to the file whatever it is called.
  @Test func permissionsAreLostAndKeptAsNamesAre() throws {
    let recording = try JointCase(
      base: "file 1 600 0 a\nfile 1 600 0 b\n",
      lines: "mode 644 a\nlink a c\nmode 755 .\nsync-folder .\n"
    ).recording()
    func modes(_ text: String) throws -> [String] {
      let state = try recording.state(parsing: text)
      return [String(recording.mode(in: state), radix: 8)]
        + recording.names(in: state).map { "\($0.path) \(String($0.mode, radix: 8))" }
    }
    #expect(try modes("cut:0") == ["755", "a 600", "b 600"])
    #expect(try modes("cut:2") == ["755", "a 644", "b 644", "c 644"])
    #expect(try modes("cut:2 names:0") == ["755", "a 600", "b 600"])
    #expect(throws: CrashStateError.self) { try modes("cut:4 names:2") }
  }

  /// Bytes, and not characters: both are é, and the third is no character at all.
  @Test func namesAreBytes() throws {
    let recording = try JointCase(
      lines: "create 1 644 e\u{301}\ncreate 2 644 \u{e9}\ncreate 3 644 %FF\n"
    ).recording()
    let names = recording.names(in: try recording.state(parsing: "cut:3"))
    #expect(names.map(\.path.bytes) == [[0x65, 0xcc, 0x81], [0xc3, 0xa9], [0xff]])
  }
}

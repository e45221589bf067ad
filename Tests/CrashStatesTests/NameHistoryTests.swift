import Bytes
import Testing

@testable import CrashStates

/// Folders, links, and lines that say which file a name stands for: joint.txt by hand.
@Suite struct NameHistoryTests {
  /// A folder that was there is renamed with what is in it, of which `in/x` is recorded and `in/y` is not; a
  /// link that was there is renamed onto another one.
  @Test(arguments: [
    ("cut:4", "in/ in/link->../a in/x=old in/y=?"),
    ("cut:5", "out/ out/link->../a out/x=old out/y=?"),
    ("cut:5 names:0", "in/ in/link->../a in/x=old in/y=?"),
    ("cut:6", "new/ out/ out/link->../a out/x=old out/y=?"),
    ("cut:7", "l->a new/ out/ out/link->../a out/x=old out/y=?"),
    ("cut:8", "l->a out/ out/link->../a out/x=old out/y=?"),
    ("cut:9", "l->a out/ out/link->../a out/x=new out/y=?"),
  ])
  func foldersAndLinksAreNames(state: String, listing: String) throws {
    let joint = JointCase(
      lines: """
        has-folder in
        has-symlink in/link ../a
        recording in+x in/x
        has-file in/y
        rename in out
        mkdir new
        symlink l a
        rmdir new
        entry in+x 0
        entry in+x 1

        """,
      files: [
        JointCase.File(
          recording: "in+x", path: "in/x", base: JointCase.sector("old"),
          log: JointCase.writtenAndSynced("new"))
      ])
    #expect(try joint.recording().listing(state) == listing)
  }

  /// Two files had the name, and the first one is written to when it has none any more.
  @Test func aRecordingBelongsToTheFileThatIsNamed() throws {
    let joint = JointCase(
      lines: """
        create f
        recording f f
        unlink f
        create f
        entry f 0
        entry f 1
        entry f 2
        recording f~2 f
        entry f~2 0
        entry f~2 1
        entry f~2 2

        """,
      files: [
        JointCase.File(recording: "f", path: "f", log: JointCase.createdAndSynced("first")),
        JointCase.File(recording: "f~2", path: "f", log: JointCase.createdAndSynced("second")),
      ])
    let recording = try joint.recording()
    #expect(try recording.listing("cut:7") == "f=")
    #expect(try recording.listing("cut:11") == "f=second")
  }

  @Test(arguments: [
    "mkdir", "rmdir a b", "symlink a", "has-folder", "has-symlink a", "recording a",
  ])
  func anotherFormIsAnError(line: String) throws {
    let error = try #require(throws: CrashStateError.self) {
      try JointLine.list(parsing: "sync\n\(line)\n")
    }
    #expect("\(error)".contains("line 2"), "\(error)")
  }
}

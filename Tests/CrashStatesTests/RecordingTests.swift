import Bytes
import Testing

@testable import CrashStates

/// Several files at every joint cut: what is in the folder, byte by byte from logs written by hand.
@Suite struct RecordingTests {
  @Test(arguments: [
    ("cut:0", "config=old"),
    ("cut:1", "config=new"),
    ("cut:1 lost:config:0", "config=old"),
    ("cut:2", "config=new"),
    ("cut:3", "config=new config.tmp="),
    ("cut:3 names:0", "config=new"),
    ("cut:4", "config=new config.tmp=0*512"),
    ("cut:5", "config=new config.tmp=replaced"),
    ("cut:5 lost:config.tmp:1", "config=new config.tmp=0*512"),
    ("cut:5 lost:config.tmp:0,1", "config=new config.tmp="),
    ("cut:5 lost:config.tmp:0,1 names:0", "config=new"),
    ("cut:6", "config=new config.tmp=replaced"),
    ("cut:7", "config=replaced"),
    ("cut:7 names:1", "config=new config.tmp=replaced"),
    ("cut:8", "config=replaced"),
  ])
  func aStateIsItsNamesAndWhatStandsBehindThem(state: String, listing: String) throws {
    #expect(try JointCase.replaced.recording().listing(state) == listing)
  }

  @Test(arguments: [
    ("cut:9", "'cut': expected 0 to 8"),
    ("cut:2 lost:config:0", "'lost': expected entries from 1 to 1"),
    ("cut:1 lost:config:1", "'lost'"),
    ("cut:1 lost:other:0", "'lost': expected a recording, found 'other'"),
    ("cut:6 names:0", "'names': expected 1 to 1, found 0"),
    ("cut:3 names:2", "'names': expected 0 to 1, found 2"),
    ("cut:8 names:1", "'names': expected 2 to 2, found 1"),
  ])
  func whatCannotBeIsRefused(state: String, reason: String) throws {
    let recording = try JointCase.replaced.recording()
    let error = try #require(throws: CrashStateError.self) {
      try recording.state(parsing: state)
    }
    #expect(error.description.hasPrefix(reason), "\(error)")
  }

  // MARK: Names

  /// Cuts count lines; the numbers say how many changes of names are durable at each.
  @Test(arguments: [
    // A folder's sync covers its own names and, in their order, all before.
    ("create a\ncreate d/b\ncreate c\nsync-folder d\nsync-folder .\n", [0, 0, 0, 0, 2, 3]),
    // A file's sync covers its own creation, and what came before that.
    ("create x\ncreate f\ncreate y\nentry f 0\nentry f 1\n", [0, 0, 0, 0, 0, 2]),
    // It covers the file's new name.
    ("create f\nrename f g\nunlink z\nentry f 0\nentry f 1\n", [0, 0, 0, 0, 0, 2]),
    ("create f\nentry f 0\nentry f 1\nlink f g\n", [0, 0, 0, 1, 1]),
    // Both folders of a rename know of it.
    ("rename d/a b\nsync-folder d\n", [0, 0, 1]),
    ("rename d/a b\nsync-folder .\n", [0, 0, 1]),
    ("unlink a\nsync-folder d\n", [0, 0, 0]),
    // What is left out is no change.
    ("create out-1\ncreate f\ncreate out-2\nsync-folder .\n", [0, 0, 0, 0, 1]),
  ])
  func aChangeIsDurableOnceItsFileOrFolderIsSynced(lines: String, counts: [Int]) throws {
    let log = JointCase.writtenAndSynced("f")
    let paths = lines.contains("rename f g") ? "g" : "f"
    let joint = JointCase(
      lines: lines,
      files: lines.contains("entry")
        ? [JointCase.File(recording: "f", path: paths, log: log)] : [])
    let recording = try joint.recording { $0.hasPrefix("out-") }
    #expect((0...recording.stepCount).map { recording.durableNameCount(atCut: $0) } == counts)
  }

  /// A write with FUA is a write and a sync of the file.
  @Test func aDurableWriteBringsTheNameWithIt() throws {
    var log = TestLog()
    log.write(at: 0, Array(JointCase.sector("f").utf8), flags: TestLog.fua)
    let recording = try JointCase(
      lines: "create f\nentry f 0\n",
      files: [JointCase.File(recording: "f", path: "f", log: log)]
    ).recording()
    #expect(recording.durableNameCount(atCut: 2) == 1)
  }

  @Test func aFileKeepsItsContentsThroughItsNames() throws {
    let log = JointCase.writtenAndSynced("f")
    let lines = """
      entry f 0
      link f d/second
      rename d e
      unlink f
      entry f 1
      create f
      entry f~2 0
      entry f~2 1

      """
    let recording = try JointCase(
      lines: lines,
      files: [
        JointCase.File(recording: "f", path: "f", log: log),
        JointCase.File(recording: "f~2", path: "f", log: JointCase.writtenAndSynced("again")),
      ]
    ).recording()
    #expect(
      try (0...8).map { try recording.listing("cut:\($0)") } == [
        "f=", "f=f", "d/second=f f=f", "e/second=f f=f", "e/second=f", "e/second=f",
        "e/second=f f=", "e/second=f f=again", "e/second=f f=again",
      ])
    #expect(try recording.listing("cut:7 names:3") == "e/second=f")
    #expect(try recording.listing("cut:7 lost:f~2:0") == "e/second=f f=")
  }

  /// A rename and a removal of files that were there before and that nobody has written to.
  @Test func contentsThatWereNeverSeenAreUnknown() throws {
    let recording = try JointCase(lines: "rename a b\nunlink c\n", files: []).recording()
    #expect(
      try (0...2).map { try recording.listing("cut:\($0)") } == ["a=? c=?", "b=? c=?", "b=?"])
  }

  /// The file that a rename replaces has a recording without entries.
  @Test func whatAReplacedFileHeldIsThereWhereTheRenameIsLost() throws {
    let recording = try JointCase(
      lines: "create tmp\nrename tmp config\nsync-folder .\nunlink config\n",
      files: [
        JointCase.File(
          recording: "config", path: "config", base: JointCase.sector("old"), log: TestLog())
      ]
    ).recording()
    #expect(
      try ["cut:0", "cut:2", "cut:2 names:1", "cut:2 names:0", "cut:4", "cut:4 names:2"]
        .map(recording.listing)
        == ["config=old", "config=", "config=old tmp=", "config=old", "", "config="])
  }

  /// The first entry of a file comes after it was renamed: it was seen under its new name.
  @Test func aFileIsFoundUnderTheNameThatItHadAtItsFirstEntry() throws {
    let recording = try JointCase(
      lines: "rename a b\nentry b 0\nentry b 1\n",
      files: [
        JointCase.File(
          recording: "b", path: "b", base: JointCase.sector("old"),
          log: JointCase.writtenAndSynced("new"))
      ]
    ).recording()
    #expect(
      try ["cut:0", "cut:1 names:0", "cut:2", "cut:2 names:0"].map(recording.listing)
        == ["a=old", "a=old", "b=new", "a=new"])
  }

  @Test func manyNamesAreTheSameAsFew() throws {
    let lines = (0..<100).map { "create f\($0)\n" + ($0 > 0 ? "unlink f\($0 - 1)\n" : "") }.joined()
    let recording = try JointCase(lines: lines, files: []).recording()
    for cut in 1...recording.stepCount {
      let last = cut / 2
      let expected = cut % 2 == 1 ? (last == 0 ? "f0=" : "f\(last)=") : "f\(last - 1)= f\(last)="
      #expect(
        Set(try recording.listing("cut:\(cut)").split(separator: " "))
          == Set(expected.split(separator: " ")))
    }
  }

  // MARK: Lines

  @Test func namesAreReadAsTheyAreWritten() throws {
    let text = "create a%20b\nrename a%20b /x/100%25%0Asure\nclient 5 said\nentry a%20b 0\nentry a"
    #expect(
      try JointLine.list(parsing: text) == [
        .create("a b"), .rename(from: "a b", to: "/x/100%\nsure"), .note("client 5 said"),
        .entry(recording: "a b", entryIndex: 0),
      ])
  }

  @Test(arguments: ["entry a -1", "entry a", "create", "rename a", "create a b", "sync-folder"])
  func linesOfAnotherFormAreRefused(line: String) {
    #expect(throws: CrashStateError.self) { try JointLine.list(parsing: "\(line)\n") }
  }

  @Test(arguments: ["entry f 1\n", "entry f 0\nentry f 0\n", "entry g 0\n"])
  func entriesOutOfTheirOrderAreRefused(lines: String) {
    let files = [JointCase.File(recording: "f", path: "f", log: JointCase.writtenAndSynced("f"))]
    #expect(throws: CrashStateError.self) { try JointCase(lines: lines, files: files).recording() }
  }

  /// The recorder was killed: joint.txt is ahead of a log.
  @Test func linesBehindTheEndOfALogAreLeftOut() throws {
    let files = [JointCase.File(recording: "f", path: "f", log: JointCase.writtenAndSynced("f"))]
    let recording = try JointCase(
      lines: "entry f 0\nentry f 1\nentry f 2\nunlink f\n", files: files
    ).recording()
    #expect(recording.stepCount == 2)
    #expect(recording.missingStepCount == 2)
  }
}

/// sync(2), as `joint.txt` has it.
@Suite struct JointSyncTests {
  /// An empty file, whose name nothing but the sync has made durable.
  @Test func aSyncOfEverythingMakesAllNamesDurable() throws {
    let recording = try JointCase(lines: "create a\nsync\ncreate b\n", files: []).recording()
    #expect((0...3).map { recording.durableNameCount(atCut: $0) } == [0, 0, 1, 1])
    #expect(try recording.listing("cut:3 names:1") == "a=")
    #expect(throws: CrashStateError.self) { try recording.listing("cut:3 names:0") }
  }

  @Test func aSyncWithAWordBehindItIsNoLine() {
    #expect(throws: CrashStateError.self) { try JointLine.list(parsing: "sync a\n") }
  }
}

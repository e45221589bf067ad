import Bytes
import Testing
import WriteLog

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
    ("cut:6 names:0", "'names': expected of 1 changes of names, losses of these: none, found 0"),
    ("cut:3 names:2", "'names': expected of 1 changes of names, losses of these: 0, found 2"),
    ("cut:8 names:1", "'names': expected of 2 changes of names, losses of these: none, found 1"),
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
    (
      "create 1 644 a\ncreate 2 644 d/b\ncreate 3 644 c\nsync-folder d\nsync-folder .\n",
      [0, 0, 0, 0, 2, 3]
    ),
    // A file's sync covers its own creation, and what came before that.
    ("create 1 644 x\ncreate 9 644 f\ncreate 2 644 y\nentry f 0\nentry f 1\n", [0, 0, 0, 0, 0, 2]),
    // It covers the file's new name.
    ("create 9 644 f\nrename f g\nunlink z\nentry f 0\nentry f 1\n", [0, 0, 0, 0, 0, 2]),
    ("create 9 644 f\nentry f 0\nentry f 1\nlink f g\n", [0, 0, 0, 1, 1]),
    // Both folders of a rename know of it.
    ("rename d/a b\nsync-folder d\n", [0, 0, 1]),
    ("rename d/a b\nsync-folder .\n", [0, 0, 1]),
    ("unlink a\nsync-folder d\n", [0, 0, 0]),
    // A folder's sync covers its own name, too.
    ("mkdir 1 755 n\ncreate 2 644 y\nsync-folder n\n", [0, 0, 0, 1]),
    // A length is written down with the way to the file.
    ("rename d e\ncreate 1 644 y\nentry e 0\nentry e 1\nentry e 2\n", [0, 0, 0, 0, 0, 1]),
    // Permissions are the file's own.
    ("mode 600 z\nmode 600 g\nentry g 0\nentry g 1\n", [0, 0, 0, 0, 2]),
    // What is left out is no change.
    ("create 1 644 out-1\ncreate 2 644 f\ncreate 3 644 out-2\nsync-folder .\n", [0, 0, 0, 0, 1]),
  ])
  func aChangeIsDurableOnceItsFileOrFolderIsSynced(lines: String, counts: [Int]) throws {
    let recording = try Self.recorded(lines)
    #expect((0...recording.stepCount).map { recording.durableNames(atCut: $0) } == counts)
  }

  /// Of z, a and d/a nobody writes; f and g are written and synced, d/e is made longer.
  private static func recorded(_ lines: String, persona: Persona = .ordered) throws -> Recording {
    let log = JointCase.writtenAndSynced("f")
    let longer = JointCase.createdAndSynced("e")
    let all = [
      JointCase.File(recording: "f", node: 9, log: log),
      JointCase.File(recording: "g", node: 10, base: JointCase.sector("g"), log: log),
      JointCase.File(recording: "e", node: 11, log: longer),
    ]
    let base = """
      file 10 644 512 g
      file 20 644 0 z
      file 22 644 0 a0
      folder 21 755 d
      file 23 644 0 d/a
      file 11 644 0 d/e

      """
    return try JointCase(
      base: base, lines: lines,
      files: all.filter { lines.contains("entry \($0.recording) ") }
    ).recording(persona: persona) { $0.bytes.starts(with: "out-".utf8) }
  }

  // MARK: Personas

  /// How many changes are durable at each cut, by what a file system promises.
  @Test(arguments: [
    // Another file's sync.
    ("create 1 644 a\ncreate 9 644 f\ncreate 2 644 y\nentry f 0\nentry f 1\n", [0, 2, 3]),
    // A file that was there, without anything new about it but its contents.
    ("create 1 644 a\nentry g 0\nentry g 1\n", [0, 0, 1]),
    ("create 1 644 a\nentry g 0\nentry g 1 data\n", [0, 0, 0]),
    // And with another length.
    ("create 1 644 a\nentry e 0\nentry e 1\nentry e 2\n", [0, 0, 1]),
    ("create 1 644 a\nentry e 0\nentry e 1\nentry e 2 data\n", [0, 0, 1]),
    ("entry e 0\ncreate 1 644 a\nentry e 1\nentry e 2 data\n", [0, 0, 0]),
    // What fdatasync does not bring: another name, permissions.
    ("rename g h\nentry g 0\nentry g 1 data\n", [0, 0, 0]),
    ("rename g h\nentry g 0\nentry g 1\n", [0, 1, 1]),
    ("mode 600 g\nentry g 0\nentry g 1 data\n", [0, 0, 0]),
    // The name that a file was made under it does.
    ("create 1 644 a\ncreate 9 644 f\nentry f 0\nentry f 1 data\n", [0, 2, 2]),
    // A folder.
    ("create 1 644 a\ncreate 2 644 d/b\ncreate 3 644 c\nsync-folder d\n", [1, 2, 2]),
    ("create 1 644 a\ncreate 2 644 d/b\ncreate 3 644 c\nsync-folder .\n", [2, 3, 3]),
    ("create 1 644 a\nsync\n", [1, 1, 1]),
    // Permissions with the file alone, whatever its folder is.
    ("mode 600 g\nsync-folder .\n", [0, 0, 0]), ("mode 600 g\nentry g 0\nentry g 1\n", [1, 1, 1]),
  ])
  func aPersonaSaysWhatASyncBringsWithIt(lines: String, counts: [Int]) throws {
    for (persona, count) in zip([Persona.posix, .ordered, .ext4], counts) {
      let recording = try Self.recorded(lines, persona: persona)
      #expect(recording.durableNames(atCut: recording.stepCount) == count, "\(persona)")
    }
  }

  /// The letter of POSIX has them in any order, and what is in a folder that was lost is lost with it.
  @Test func namesAreLostInAnyOrderWhereNothingElseIsPromised() throws {
    let recording = try JointCase(
      lines: "create 1 644 a\nmkdir 2 755 d\ncreate 3 644 d/b\nrename a c\n"
    ).recording(persona: .posix)
    #expect(
      recording.states(atCut: 4, [.drop(1)]) == [
        "drop:1 cut:4 lost-names:0", "drop:1 cut:4 lost-names:1", "drop:1 cut:4 lost-names:2",
        "drop:1 cut:4 names:3",
      ])
    #expect(
      try ["lost-names:0", "lost-names:1", "lost-names:2", "names:3", "lost-names:1,3"].map {
        try recording.listing("cut:4 \($0)")
      } == ["c= d/ d/b=", "c=", "c= d/", "a= d/ d/b=", "a="])
    #expect(Set(recording.states(atCut: 4, [.all])).count == 16)
    for (_, state) in StateEnumerator(
      StateSpace(recording, tiers: [.all], seed: 1), tiers: [.all, .names])
    {
      #expect(try recording.state(parsing: recording.text(of: state)) == state)
    }
    #expect(throws: CrashStateError.self) {
      try JointCase(lines: "create 1 644 a\ncreate 2 644 b\n").recording().listing(
        "cut:2 lost-names:0")
    }
  }

  /// A write with FUA is a write and a sync of the file.
  @Test func aDurableWriteBringsTheNameWithIt() throws {
    var log = TestLog()
    log.write(at: 0, Array(JointCase.sector("f").utf8), flags: TestLog.fua)
    let recording = try JointCase(
      lines: "create 1 644 f\nentry f 0\n",
      files: [JointCase.File(recording: "f", node: 1, log: log)]
    ).recording()
    #expect(recording.durableNames(atCut: 2) == 1)
  }

  @Test func aFileKeepsItsContentsThroughItsNames() throws {
    let log = JointCase.writtenAndSynced("f")
    let lines = """
      entry f 0
      link f d/second
      rename d e
      unlink f
      entry f 1
      create 3 644 f
      entry f~2 0
      entry f~2 1

      """
    let recording = try JointCase(
      base: "folder 2 755 d\nfile 1 644 0 f\n", lines: lines,
      files: [
        JointCase.File(recording: "f", node: 1, log: log),
        JointCase.File(recording: "f~2", node: 3, log: JointCase.writtenAndSynced("again")),
      ]
    ).recording()
    #expect(
      try (0...8).map { try recording.listing("cut:\($0)") } == [
        "d/ f=", "d/ f=f", "d/ d/second=f f=f", "e/ e/second=f f=f", "e/ e/second=f",
        "e/ e/second=f", "e/ e/second=f f=", "e/ e/second=f f=again", "e/ e/second=f f=again",
      ])
    #expect(try recording.listing("cut:7 names:3") == "e/ e/second=f")
    #expect(try recording.listing("cut:7 lost:f~2:0") == "e/ e/second=f f=")
  }

  /// Files that were there before and whose contents were not kept, and one that comes from outside.
  @Test func contentsThatWereNeverSeenAreUnknown() throws {
    let recording = try JointCase(
      base: "file 1 644 5 a\nfile 2 644 5 c\n",
      lines: "rename a b\nunlink c\nrename /elsewhere/x x\nrename b ../b\n"
    ).recording()
    #expect(
      try (0...4).map { try recording.listing("cut:\($0)") }
        == ["a=? c=?", "b=? c=?", "b=?", "b=? x=?", "x=?"])
    #expect(recording.unknownPath(in: CrashState(cut: 4)) == "x")
  }

  /// The file that a rename replaces has a recording without entries.
  @Test func whatAReplacedFileHeldIsThereWhereTheRenameIsLost() throws {
    let recording = try JointCase(
      base: "file 1 644 512 config\n",
      lines: "create 2 644 tmp\nrename tmp config\nsync-folder .\nunlink config\n",
      files: [
        JointCase.File(
          recording: "config", node: 1, base: JointCase.sector("old"), log: TestLog())
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
      base: "file 1 644 512 a\n", lines: "rename a b\nentry b 0\nentry b 1\n",
      files: [
        JointCase.File(
          recording: "b", node: 1, base: JointCase.sector("old"),
          log: JointCase.writtenAndSynced("new"))
      ]
    ).recording()
    #expect(
      try ["cut:0", "cut:1 names:0", "cut:2", "cut:2 names:0"].map(recording.listing)
        == ["a=old", "a=old", "b=new", "a=new"])
  }

  @Test func manyNamesAreTheSameAsFew() throws {
    let lines = (0..<100).map {
      "create \($0 + 1) 644 f\($0)\n" + ($0 > 0 ? "unlink f\($0 - 1)\n" : "")
    }.joined()
    let recording = try JointCase(lines: lines).recording()
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
    let text =
      "create 7 4755 a%20b\nmark ack%207\nrename a%20b /x/100%25%0Asure\nclient 5 said\nentry a%20b 0\nentry a"
    #expect(
      try JointLine.list(parsing: text) == [
        .create(node: 7, mode: 0o4755, "a b"), .mark("ack 7"),
        .rename(from: "a b", to: "/x/100%\nsure"), .note("client 5 said"),
        .entry(recording: "a b", entryIndex: 0),
      ])
  }

  @Test(arguments: ["entry a -1", "entry a", "create", "rename a", "create 1 a", "sync-folder"])
  func linesOfAnotherFormAreRefused(line: String) {
    #expect(throws: RecordingTextError.self) { try JointLine.list(parsing: "\(line)\n") }
  }

  @Test(arguments: ["entry f 1\n", "entry f 0\nentry f 0\n", "entry g 0\n"])
  func entriesOutOfTheirOrderAreRefused(lines: String) {
    let files = [JointCase.File(recording: "f", node: 1, log: JointCase.writtenAndSynced("f"))]
    #expect(throws: CrashStateError.self) { try JointCase(lines: lines, files: files).recording() }
  }

  /// The recorder was killed: joint.txt is ahead of a log.
  @Test func linesBehindTheEndOfALogAreLeftOut() throws {
    let files = [JointCase.File(recording: "f", node: 1, log: JointCase.writtenAndSynced("f"))]
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
    let recording = try JointCase(lines: "create 1 644 a\nsync\ncreate 2 644 b\n").recording()
    #expect((0...3).map { recording.durableNames(atCut: $0) } == [0, 0, 1, 1])
    #expect(try recording.listing("cut:3 names:1") == "a=")
    #expect(throws: CrashStateError.self) { try recording.listing("cut:3 names:0") }
  }

  @Test func aSyncWithAWordBehindItIsNoLine() {
    #expect(throws: RecordingTextError.self) { try JointLine.list(parsing: "sync a\n") }
  }
}

extension Recording {
  /// How many changes of names happened and are durable.
  func durableNames(atCut cut: Int) -> Int {
    nameCount(atCut: cut) - optionalNames(atCut: cut).count
  }
}

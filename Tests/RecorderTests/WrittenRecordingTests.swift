import Bytes
import Glibc
import Host
import TestSupport
import Testing
import WriteLog

@testable import Recorder

/// What becomes of each call that a program's library tells of. What is expected is written down by hand.
@Suite struct WrittenRecordingTests {
  // MARK: Data

  @Test func eachOperationIsInTheLogAsItWasMade() throws {
    let test = try WrittenRecording("head -c 2048 /dev/zero > f")
    try test.recorder.watch("\(test.watched)/f")
    try test.write("f", file: 1)
    try test.write("f", file: 1, at: 512, flags: WrittenRecording.durable)
    try shell("truncate -s 1024 '\(test.watched)/f'")
    try test.put(.resize, file: 1, at: 1024)
    // Allocated at its end, in front of it, and after it without a new length.
    try shell("fallocate -o 0 -l 3072 '\(test.watched)/f'")
    try test.put(.allocate, file: 1, count: 3072)
    try test.put(.allocate, file: 1, count: 512)
    try test.put(.allocate, file: 1, flags: WrittenRecording.keepsSize, at: 8192, count: 512)
    try test.put(.zero, file: 1, flags: WrittenRecording.keepsSize, at: 2560, count: 4096)
    try test.put(.punch, file: 1, at: 2048, count: 512)
    try shell("truncate -s 4096 '\(test.watched)/f'")
    try test.put(.zero, file: 1, at: 3072, count: 1024)
    let outcome = try test.finish()
    #expect(outcome.problems.isEmpty, "\(outcome.problems)")
    #expect(
      try test.lines() == [
        "f: write 0 512", "f: write 512 512 fua", "f: pc1 size 1024", "f: pc1 size 3072",
        "f: write 2560 512", "f: discard 2048 512", "f: pc1 size 4096", "f: write 3072 1024",
      ])
  }

  @Test func ofAShortWriteTheStartIsRecorded() throws {
    let test = try WrittenRecording("head -c 2048 /dev/zero > f")
    try test.recorder.watch("\(test.watched)/f")
    try test.write("f", file: 1, count: 1024, done: 512)
    #expect(try test.finish().problems.isEmpty)
    #expect(try test.lines() == ["f: write 0 512"])
  }

  @Test func whatFailedIsNotRecorded() throws {
    let test = try WrittenRecording("head -c 2048 /dev/zero > f; mkdir d; : > e")
    try test.recorder.watch("\(test.watched)/f")
    let data = [UInt8](repeating: 1, count: 512)
    for result: Int64 in [-5, 0] { try test.put(.write, file: 1, result: result, data: data) }
    try test.put(.resize, file: 1, result: -28, at: 512)
    try test.put(.allocate, file: 1, result: -28, count: 8192)
    try test.put(.sync, file: 1, result: -5)
    try test.put(.syncAll, result: -5)
    try test.put(.syncFolder, result: -5, names: ["d"])
    try test.put(.rename, result: -2, names: ["e", "g"])
    try test.put(.unlink, result: -1, names: ["e"])
    let outcome = try test.finish()
    #expect(outcome.problems.isEmpty, "\(outcome.problems)")
    #expect(try test.lines() == [])
  }

  private static let impossibleWrites: [(byteOffset: UInt64, result: Int64)] = [
    (0, 9), (0x7fff_ffff_ffff_ffff, 5), (0x7fff_ffff_ffff_fffb, 5), (.max - 1, 5),
  ]

  @Test(arguments: impossibleWrites)
  func aWriteThatCannotBeIsAnError(byteOffset: UInt64, result: Int64) throws {
    let test = try WrittenRecording(": > f")
    defer { test.recorder.close() }
    try test.recorder.watch("\(test.watched)/f")
    try test.put(.write, file: 1, result: result, at: byteOffset, data: [1, 2, 3, 4, 5])
    let error = #expect(throws: RecorderError.self) { try test.recorder.poll() }
    #expect(error?.found.contains("an operation at byte") == true)
  }

  @Test func anAllocationThatCannotBeIsAnError() throws {
    let test = try WrittenRecording(": > f")
    defer { test.recorder.close() }
    try test.recorder.watch("\(test.watched)/f")
    try test.put(.allocate, file: 1, at: UInt64(Int64.max), count: 512)
    let error = #expect(throws: RecorderError.self) { try test.recorder.poll() }
    #expect(error?.found.contains("an operation at byte") == true)
  }

  /// Who kills the recorder keeps what it has.
  @Test func whatWasTakenCanBeReadBeforeTheEnd() throws {
    let test = try WrittenRecording("head -c 2048 /dev/zero > f")
    defer { test.recorder.close() }
    try test.recorder.watch("\(test.watched)/f")
    try test.write("f", file: 1)
    try test.recorder.poll()
    #expect(try test.lines() == ["f: write 0 512"])
  }

  @Test func whoWasLockedOutOfAFileCannotReadItsRecording() throws {
    let test = try WrittenRecording("echo secret > f; chmod 644 f; chmod 755 . ..")
    try test.recorder.watch("\(test.watched)/f")
    try shell("chmod 600 '\(test.watched)/f'; [ -n \"$(find '\(test.output)/f' -perm /077)\" ]")
    _ = try test.finish()
    try shell("cd '\(test.output)/f'; [ -z \"$(find . -perm /077)\" ]")
  }

  // MARK: Flushes

  /// A flush that has begun before covers nothing of what completes beside it; one that begins after it does.
  @Test func aWriteStandsInFrontOfTheFlushThatCoversIt() throws {
    let test = try WrittenRecording("head -c 2048 /dev/zero > f")
    try test.recorder.watch("\(test.watched)/f")
    let first = test.begin()
    try test.write("f", file: 1)
    let second = test.begin()
    try test.write("f", file: 1, at: 1024)
    try test.put(.sync, file: 1, begun: second)
    try test.put(.sync, file: 1, begun: first)
    #expect(try test.finish().problems.isEmpty)
    #expect(
      try test.lines() == ["f: write 0 512", "f: flush", "f: flush", "f: write 1024 512"])
  }

  @Test func aFailedFlushCoversNothingAndHoldsNothing() throws {
    let test = try WrittenRecording("head -c 2048 /dev/zero > f")
    try test.recorder.watch("\(test.watched)/f")
    let first = test.begin()
    try test.write("f", file: 1)
    try test.put(.sync, file: 1, begun: first, result: -5)
    #expect(try test.finish().problems.isEmpty)
    #expect(try test.lines() == ["f: write 0 512"])
  }

  @Test func aFlushThatNeverReturnsHoldsNothing() throws {
    for kind in [WrittenRecording.Kind.sync, .syncAll] {
      let test = try WrittenRecording("head -c 2048 /dev/zero > f")
      try test.recorder.watch("\(test.watched)/f")
      let file: UInt32 = kind == .sync ? 1 : 0
      try test.put(kind, file: file, isFinished: false)
      try test.write("f", file: 1)
      #expect(try test.finish(.signalled(9)).problems.isEmpty)
      #expect(try test.lines() == ["f: write 0 512"])
    }
  }

  @Test func aSyncOfAllIsAFlushOfEachFile() throws {
    let test = try WrittenRecording("echo 1 > f; echo 2 > g")
    try test.recorder.watch("\(test.watched)/f")
    try test.recorder.watch("\(test.watched)/g")
    try test.put(.syncAll)
    try test.put(.syncFolder, names: [test.watched])
    _ = try test.finish()
    #expect(try test.lines() == ["f: flush", "g: flush", "sync", "sync-folder ."])
  }

  /// The program came to the second file while the call ran.
  @Test func aSyncOfAllCoversNoFileThatCameLater() throws {
    let test = try WrittenRecording("echo 1 > f; echo 2 > g")
    try test.recorder.watch("\(test.watched)/f")
    let sync = test.begin()
    try test.touch("g")
    try test.put(.syncAll, begun: sync)
    _ = try test.finish()
    #expect(try test.lines() == ["f: flush", "sync"])
  }

  // MARK: Files

  @Test func aNamelessFileIsLeftAlone() throws {
    let test = try WrittenRecording("echo 1 > f")
    try test.put(
      .touch, flags: WrittenRecording.nameless, names: ["f (deleted)"], key: test.key("f"))
    #expect(try test.finish().files.isEmpty)
  }

  @Test(arguments: ["cache", "*.tmp", "cache/deep/x.tmp", "deep"])
  func aPatternIsOfAFileOrOfAFolderAboveIt(pattern: String) throws {
    let test = try WrittenRecording(
      "mkdir -p cache/deep; echo 1 > cache/deep/x.tmp; echo 2 > kept", ignoring: [pattern])
    try test.touch("cache/deep/x.tmp")
    try test.touch("kept")
    try shell("echo 3 >> '\(test.watched)/cache/deep/x.tmp'")
    let outcome = try test.finish()
    #expect(outcome.files.map(\.name) == ["kept"])
    #expect(outcome.problems.isEmpty, "\(outcome.problems)")
  }

  /// Another file has its name by now.
  @Test func theFirstContentsAreThoseOfTheFileAndNotOfItsName() throws {
    let test = try WrittenRecording("printf first > f")
    let key = try test.key("f")
    let descriptor = unsafe open("\(test.watched)/f", O_RDONLY | O_CLOEXEC)
    defer { _ = close(descriptor) }
    try shell("cd '\(test.watched)'; printf other > g; mv g f")
    try test.put(
      .touch, names: ["f"], key: key, process: UInt32(getpid()), descriptor: descriptor)
    try test.put(.touch, names: ["f"], key: test.key("f"))
    let outcome = try test.finish()
    #expect(outcome.files.map(\.name) == ["f", "f~2"])
    #expect(try InputFile.text("\(test.output)/f/base.img") == "first")
    #expect(try InputFile.text("\(test.output)/f~2/base.img") == "other")
  }

  /// Of each file that was called so, in its order; the lines say which is which.
  @Test func filesOfOneNameAreToldApart() throws {
    let test = try WrittenRecording()
    for file: UInt32 in 1...3 {
      try shell(": > '\(test.watched)/f'")
      try test.put(.create, names: ["f"], key: test.key("f"))
      try test.touch("f")
      try test.recorder.poll()
      try test.write("f", file: file)
      try test.recorder.poll()
      if file < 3 {
        try shell("cd '\(test.watched)'; mv f ../kept-\(file)")
        try test.put(.unlink, names: ["f"])
      }
    }
    let outcome = try test.finish()
    #expect(outcome.files.map(\.name) == ["f", "f~2", "f~3"])
    #expect(outcome.problems.isEmpty, "\(outcome.problems)")
    let size = "pc1 size 512"
    #expect(
      try test.lines() == [
        "create 1 644 f", "f: \(size)", "f: write 0 512", "unlink f", "create 2 644 f",
        "f~2: \(size)",
        "f~2: write 0 512", "unlink f", "create 3 644 f", "f~3: \(size)", "f~3: write 0 512",
      ])
  }

  // MARK: Names

  /// A script makes the changes, records tell of them; what there is in the end tells whether they were
  /// followed.
  private static let changes: [(before: String, script: String, told: [Told], lines: [String])] = [
    (
      "mkdir d d/s; : > d/s/x", "mv d e; rm e/s/x",
      [
        Told(.rename, ["d", "e"]), Told(.unlink, ["e/s/x"]),
      ], ["rename d e", "unlink e/s/x"]
    ),
    // A neighbour whose name begins the same.
    (
      "mkdir d dd; : > d/x; : > dd/x", "mv d e", [Told(.rename, ["d", "e"])],
      ["rename d e"]
    ),
    // Two names of one file: nothing happens, and nothing is told.
    (": > a; ln a b", "true", [Told(.rename, ["a", "b"])], []),
    (
      "mkdir a b; : > a/x; : > b/y", "mv a c; mv b a; mv c b",
      [
        Told(.rename, ["a", "b"], flags: WrittenRecording.exchanges)
      ], ["exchange a b"]
    ),
    (
      "mkdir a; : > b", "mv a c; mv b a; mv c b",
      [
        Told(.rename, ["a", "b"], flags: WrittenRecording.exchanges)
      ], ["exchange a b"]
    ),
    (
      ": > a", "ln a b; rm a; mkdir d; ln -s d l; rmdir d",
      [
        Told(.link, ["a", "b"]), Told(.unlink, ["a"]), Told(.makeFolder, ["d"]),
        Told(.symlink, ["l"], target: "d"), Told(.removeFolder, ["d"]),
      ], ["link a b", "unlink a", "mkdir 2 644 d", "symlink 3 l d", "rmdir d"]
    ),
    // Out of the folder, beside whose name another begins the same.
    (
      ": > a; : > b", "mv a ../out; mv b ../watched-too",
      [
        Told(.rename, ["a", "../out"]), Told(.rename, ["b", "../watched-too"]),
      ], ["rename a OUTSIDE/out", "rename b OUTSIDE/watched-too"]
    ),
  ]

  struct Told: Sendable {
    var kind: WrittenRecording.Kind
    var names: [String]
    var flags: UInt32
    var target: String?

    init(
      _ kind: WrittenRecording.Kind, _ names: [String], flags: UInt32 = 0, target: String? = nil
    ) {
      self.kind = kind
      self.names = names
      self.flags = flags
      self.target = target
    }
  }

  @Test(arguments: changes.indices)
  func namesAreFollowed(index: Int) throws {
    let (before, script, told, lines) = Self.changes[index]
    let test = try WrittenRecording(before)
    let outside = String(test.watched.dropLast("/watched".count))
    try shell("cd '\(test.watched)'; \(script)")
    for change in told {
      let names = change.names.map {
        $0.hasPrefix("../") ? outside + $0.dropFirst(2) : "\(test.watched)/\($0)"
      }
      if let target = change.target {
        try test.put(
          change.kind, flags: change.flags, data: Array("\(names[0])\0\(target)".utf8))
      } else {
        try test.put(change.kind, flags: change.flags, names: names)
      }
    }
    let outcome = try test.finish()
    #expect(outcome.problems.isEmpty, "\(outcome.problems)")
    #expect(
      try test.lines().map { line in
        line.split(separator: " ").map {
          $0.hasPrefix(outside) ? "OUTSIDE" + $0.dropFirst(outside.count) : String($0)
        }.joined(separator: " ")
      } == lines)
  }

  // MARK: Calls that never returned

  @Test func ofAKilledProgramWhatItsFilesShowIsRecorded() throws {
    let test = try WrittenRecording("head -c 2048 /dev/zero > f; : > a; : > b")
    try test.recorder.watch("\(test.watched)/f")
    try test.write("f", file: 1, count: 1024, done: 512, isFinished: false)
    try shell("cd '\(test.watched)'; mv a c")
    try test.put(.rename, names: ["a", "c"], isFinished: false)
    try test.put(.rename, names: ["b", "d"], isFinished: false)
    let outcome = try test.finish(.signalled(9))
    #expect(outcome.problems.isEmpty, "\(outcome.problems)")
    #expect(outcome.files.map(\.unfinishedCount) == [1])
    #expect(try test.lines() == ["f: write 0 512", "rename a c"])
  }

  // MARK: Problems

  @Test func aProblemIsNotedOnce() throws {
    let test = try WrittenRecording(": > f")
    for _ in 0..<2 { try test.put(.problem, flags: 1, names: ["f"]) }
    #expect(try test.finish().problems == [.sharedMapping(path: "\(test.watched)/f")])
  }

  /// A ring that was refused is no problem of a program that did without.
  @Test func aRefusedRingCountsWhereTheProgramFailed() throws {
    for (status, count) in [(Int32(0), 0), (1, 1)] {
      let test = try WrittenRecording()
      try test.put(.problem, flags: 2, names: ["f"])
      #expect(try test.finish(.exited(status)).problems.count == count)
    }
  }

  @Test func aProgramWithoutTheLibraryIsAProblem() throws {
    let test = try WrittenRecording()
    try test.setProcessCount(0)
    #expect(try test.finish().problems == [.notLoaded(command: "program")])
  }

  @Test func aJournalThatWasFullIsAProblem() throws {
    let test = try WrittenRecording()
    try test.setFailure(28)
    #expect(try test.finish().problems == [.journalRefused(reason: "No space left on device")])
  }

  @Test func whatNobodyToldOfIsAProblem() throws {
    let test = try WrittenRecording(
      "printf 12345 > f; printf 12345 > g; printf 12345 > h; : > gone; touch -d 2001-01-01 h")
    try test.recorder.watch("\(test.watched)/f")
    try test.recorder.watch("\(test.watched)/g")
    try shell(
      "cd '\(test.watched)'; printf 12x45 > f; printf 6 >> g; printf 54321 > h; : > empty; rm gone")
    let problems = try test.finish().problems
    let watched = test.watched
    #expect(
      problems == [
        .differs(path: "\(watched)/f", byteOffset: 2, expected: 0x33, found: 0x78),
        .lengthDiffers(path: "\(watched)/g", byteCount: 6, recordedByteCount: 5),
        .unseenChange(path: "\(watched)/h"),
        .nameDiffers(path: "\(watched)/empty", expected: "nothing", found: "a file"),
        .nameDiffers(path: "\(watched)/gone", expected: "a file", found: "nothing"),
      ])
  }

  // MARK: Turns

  /// What was only told of has happened: nobody waits for an answer.
  @Test func onlyWhatWaitsIsHeld() throws {
    let test = try WrittenRecording(
      ": > f; : > m", control: Recorder.Control(processor: 0, seed: 1))
    defer { test.recorder.close() }
    try test.put(.create, flags: WrittenRecording.told, names: ["m"], key: test.key("m"))
    try test.put(.makeFolder, flags: WrittenRecording.told, names: ["d"])
    try test.put(.problem, flags: 1, names: ["m"])
    try test.touch("f")
    try test.put(.create, names: ["n"], isFinished: false)
    try test.put(.makeFolder, names: ["o"], isFinished: false)
    try test.recorder.poll()
    #expect(test.recorder.held.map(\.kind) == [.names, .names])
  }
}

import Bytes
import Glibc
import Host
import TestSupport
import Testing
import WriteLog

@testable import Recorder

/// Each call of a real program, from the library to the log. What is expected is written down by hand.
@Suite(.serialized) struct RecordedCallsTests {
  private static let programFolder = Result { try TemporaryFolder(prefix: "calls") }
  /// Tests/Programs/calls.c, compiled once.
  private static let program = Result {
    try CompiledProgram("calls", in: programFolder.get()).path
  }

  private let folder: TemporaryFolder
  private let watched: String
  private let output: String

  init() throws {
    folder = try TemporaryFolder()
    watched = try Paths.absolute(folder.path) + "/watched"
    output = folder.path("output")
    try Folders.create(watched)
  }

  private var options: Recorder.Options {
    get throws {
      try Recorder.Options(
        watched: watched, output: output, libraryPath: BuiltProduct.preloadedLibrary())
    }
  }

  /// Records a program that makes `calls`.
  ///
  /// - Parameter before: a script that makes what is there before.
  private func record(
    _ before: String, _ calls: [String], ignoring ignoredNames: [String] = [],
    status: Int32 = 0
  ) throws -> Recorder.Outcome {
    try shell("cd '\(watched)'; \(before)")
    var options = try options
    options.ignoredNames = ignoredNames
    let recorder = try Recorder(options) { _ in "" }
    let outcome = try recorder.run([Self.program.get(), watched] + calls) { false }
    #expect(outcome.commandStatus == .exited(status))
    return outcome
  }

  private func lines() throws -> [String] { try JointLines.read(output) }

  private static let fourKilobytes = "head -c 4096 /dev/zero > f"

  // MARK: Data

  @Test func aWriteIsWhereItsCallPutsIt() throws {
    let outcome = try record(
      Self.fourKilobytes,
      [
        "open a + f", "write a 512 =512", "seek a 1024 =1024", "write a 512",
        "writev a 512 512 =1024", "pwrite a 3072 512 =512", "pwritev a 2560 0 512 =512",
        "pwritev2 a -1 0 512 =512", "tell a =3072", "pwrite-by-number a 0 512 =512", "write a 0 =0",
        "pwritev2 a 512 0 0 512", "tell a =3072",
      ])
    #expect(outcome.problems.isEmpty, "\(outcome.problems)")
    #expect(
      try lines() == [
        "f: write 0 512", "f: write 1024 512", "f: write 1536 1024", "f: write 3072 512",
        "f: write 2560 512", "f: write 2560 512", "f: write 0 512", "f: write 512 512",
      ])
  }

  /// By the file's mode, by a mode that it gets later, by the call.
  @Test func aWriteThatAppendsIsAtTheEnd() throws {
    let outcome = try record(
      "head -c 1024 /dev/zero > f",
      [
        "open a +a f", "write a 512", "pwrite a 0 512", "writev a 512 512", "setfl a -",
        "pwrite a 0 512", "pwritev2 a 0 16 512 =512", "setfl a a", "pwrite a 512 512",
      ])
    #expect(outcome.problems.isEmpty, "\(outcome.problems)")
    #expect(
      try lines() == [
        "f: pc1 size 1536", "f: write 1024 512", "f: pc1 size 2048", "f: write 1536 512",
        "f: pc1 size 3072", "f: write 2048 1024", "f: write 0 512", "f: pc1 size 3584",
        "f: write 3072 512", "f: pc1 size 4096", "f: write 3584 512",
      ])
  }

  @Test func aDurableWriteIsOneByTheFileOrByTheCall() throws {
    let outcome = try record(
      "\(Self.fourKilobytes); cp f g",
      [
        "open a + f", "pwrite a 0 512", "pwritev2 a 512 2 512", "pwritev2 a 1024 4 512",
        "open b +d f", "pwrite b 1536 512", "open c +s f", "pwrite c 2048 512", "open g + g",
        "copy g 0 b 0 512", "copy g 0 a 512 512",
      ])
    #expect(outcome.problems.isEmpty, "\(outcome.problems)")
    #expect(
      try lines() == [
        "f: write 0 512", "f: write 512 512 fua", "f: write 1024 512 fua", "f: write 1536 512 fua",
        "f: write 2048 512 fua", "f: write 0 512 fua", "f: write 512 512",
      ])
  }

  @Test func aCopyIsAWriteOfWhatItCopies() throws {
    let outcome = try record(
      "seq 2000 > g; truncate -s 4096 g; \(Self.fourKilobytes)",
      [
        "open g + g", "open f + f", "seek g 512", "seek f 1024", "copy g 2048 f 0 512 =512",
        "tell g =512", "tell f =1024", "copy g . f . 512 =512", "tell g =1024", "tell f =1536",
        "copy g . f 3072 9000 =3072", "ftruncate f 4096", "sendfile g 100 f . 512 =512",
        "tell f =2048", "sendfile g . f . 0 =0",
        // Onto itself.
        "copy g 0 g 256 512 =-22", "copy g 0 g 512 512 =512",
      ])
    #expect(outcome.problems.isEmpty, "\(outcome.problems)")
    #expect(
      try lines() == [
        "f: write 0 512", "f: write 1024 512", "f: pc1 size 6144", "f: write 3072 3072",
        "f: pc1 size 4096", "f: write 1536 512", "g: write 512 512",
      ])
  }

  @Test func threadsThatShareAPositionAreRecordedWhereTheyWrite() throws {
    let outcome = try record("true", ["open a +c f", "threads a 1000", "tell a =128000"])
    #expect(outcome.problems.isEmpty, "\(outcome.problems)")
    #expect(outcome.files.map(\.writeCount) == [4000])
  }

  /// Longer than what a thread takes of the journal at once, and given back at the end.
  @Test func aLongRunOfWritesIsRecordedWhole() throws {
    try shell("cd '\(watched)'; \(Self.fourKilobytes)")
    let recorder = try Recorder(options) { _ in "" }
    defer { recorder.close() }
    let writes = (0..<40).flatMap { ["pwrite a 0 \(15000 + $0)", "pwrite a 1 1"] }
    let argv = try [Self.program.get(), watched, "open a + f"] + writes + ["pwrite a 9 700000"]
    let process = try StartedProcess(argv: argv, environment: recorder.environment)
    while !process.hasEnded {
      try recorder.poll()
      usleep(1000)
    }
    try recorder.poll()
    try recorder.poll()
    let journal = try InputFile.bytes("\(output)/journal")
    #expect(journal.dropFirst(262_144).allSatisfy { $0 == 0 })
    let outcome = try recorder.finish(process.end(), of: argv)
    #expect(outcome.commandStatus == .exited(0))
    #expect(outcome.problems.isEmpty, "\(outcome.problems)")
    #expect(outcome.files.map(\.writeCount) == [81])
  }

  @Test func whatFailsChangesNothingAndSaysWhy() throws {
    let outcome = try record(
      Self.fourKilobytes,
      [
        "open a r f", "pwrite a 0 512 =-9", "ftruncate a 5 =-22", "rename none other =-2",
        "unlink none =-2", "mkdir f =-17", "rmdir f =-20", "open b +cx f =-17",
        "fallocate a 0 0 9000 =-9", "link none other =-2", "truncate none 5 =-2",
        // Moves what stands behind: no entry says that.
        "open c + f", "fallocate c 8 0 4096 =-95",
        // The limit lies within it.
        "limit 8192", "pwrite c 8000 512 =192", "writev c 4096 4096 =8192",
        "pwritev c 7680 256 512 512 =512",
      ])
    #expect(outcome.problems.isEmpty, "\(outcome.problems)")
    #expect(
      try lines() == [
        "f: pc1 size 8192", "f: write 7680 512", "f: write 0 8192", "f: write 7680 512",
      ])
  }

  // MARK: Lengths

  @Test func lengthsAndHolesAreRecorded() throws {
    let outcome = try record(
      Self.fourKilobytes,
      [
        "open a + f", "ftruncate a 1024", "truncate f 2048", "fallocate a 0 0 4096",
        "fallocate a 1 8192 512", "fallocate a 3 512 1024", "posix_fallocate a 0 5120",
      ])
    #expect(outcome.problems.isEmpty, "\(outcome.problems)")
    #expect(
      try lines() == [
        "f: pc1 size 1024", "f: pc1 size 2048", "f: pc1 size 4096", "f: discard 512 1024",
        "f: pc1 size 5120",
      ])
  }

  // MARK: Flushes

  @Test func eachFlushIsInTheLog() throws {
    let outcome = try record(
      Self.fourKilobytes,
      [
        "open a + f", "fsync a", "fdatasync a", "fsync-by-number a", "fdatasync-by-number a",
        "open d r .", "fsync d", "fdatasync d",
      ])
    #expect(outcome.problems.isEmpty, "\(outcome.problems)")
    #expect(
      try lines()
        == [String](repeating: "f: flush", count: 4) + ["sync-folder .", "sync-folder ."])
  }

  /// A descriptor for the path alone cannot be flushed.
  @Test func aFlushThatTheSystemRefusesIsNone() throws {
    let outcome = try record(
      Self.fourKilobytes, ["open a p f", "fsync a =-9", "open d p .", "fsync d =-9"])
    #expect(outcome.problems.isEmpty, "\(outcome.problems)")
    #expect(try lines() == [])
  }

  // MARK: Opening

  @Test func whatOpeningDoesIsRecorded() throws {
    let outcome = try record(
      "printf old > old; printf older > older; printf kept > kept; mkdir sub; ln -s sub/new l; "
        + "ln -s l ll; ln -s newer sub/l",
      [
        "open a +c new", "open b wct old", "open c wt older", "open d wcxt kept =-17",
        "open e +c kept", "open f +c ll", "open f +c sub/l", "mkstemp g m-XXXXXX", "pwrite g 0 512",
      ])
    #expect(outcome.problems.isEmpty, "\(outcome.problems)")
    let lines = try lines()
    #expect(
      lines.prefix(5).map(Self.withoutNumber) == [
        "create 644 new", "old: pc1 size 0", "older: pc1 size 0", "create 644 sub/new",
        "create 644 sub/newer",
      ])
    #expect(lines.count == 8)
    #expect(lines[5].contains(" 600 m-"))
    #expect(lines.last?.hasSuffix(": write 0 512") == true)
  }

  /// A file has its number when a program comes to it, which may be before the line that makes it.
  private static func withoutNumber(_ line: String) -> String {
    guard line.hasPrefix("create ") else { return line }
    return "create " + line.split(separator: " ").dropFirst(2).joined(separator: " ")
  }

  @Test(arguments: ["open a +c f", "mknod f"])
  func filesOfOneNameAreToldApart(making: String) throws {
    let again = [making, "open a + f", "pwrite a 0 512", "close a", "unlink f"]
    let outcome = try record("true", again + again)
    #expect(outcome.problems.isEmpty, "\(outcome.problems)")
    #expect(
      try lines() == [
        "create 1 644 f", "f: pc1 size 512", "f: write 0 512", "unlink f", "create 2 644 f",
        "f~2: pc1 size 512", "f~2: write 0 512", "unlink f",
      ])
  }

  @Test func aFileWithoutANameIsAProblem() throws {
    let outcome = try record("true", ["open a +T .", "pwrite a 0 512"])
    #expect(outcome.problems.count == 1)
    #expect(outcome.files.isEmpty)
    guard case .unnamedFile? = outcome.problems.first else {
      Issue.record("\(outcome.problems)")
      return
    }
  }

  @Test func anIgnoredFileIsLeftAlone() throws {
    let outcome = try record(
      "printf 1 > f; printf 1 > g.tmp",
      ["open a + g.tmp", "pwrite a 0 512", "ftruncate a 5", "fsync a"], ignoring: ["*.tmp"])
    #expect(outcome.problems.isEmpty, "\(outcome.problems)")
    #expect(outcome.files.isEmpty)
  }

  // MARK: Names

  @Test func changesOfNamesAreRecorded() throws {
    let outcome = try record(
      "printf 1 > a; printf 2 > b; mkdir d; printf 3 > d/x; : > in; mkdir ../watched-too",
      [
        "rename a b", "rename-by-number b c", "rename d e",
        "link c second", "symlink c l", "link-followed l third", "unlink second", "mkdir m/",
        "rmdir m", "mkdtemp t-XXXXXX", "rename in ../outside",
        // A neighbour whose name begins the same.
        "open n +c ../watched-too/n", "write n 512", "mkdir ../watched-too/m",
      ])
    #expect(outcome.problems.isEmpty, "\(outcome.problems)")
    // Nothing was done to what they hold.
    #expect(outcome.files.isEmpty)
    let parent = String(watched.dropLast("/watched".count))
    let lines = try lines()
    #expect(
      lines.filter { !$0.contains(" t-") } == [
        "rename a b", "rename b c", "rename d e", "link c second", "symlink 6 l c", "link c third",
        "unlink second", "mkdir 7 755 m", "rmdir m", "rename in \(parent)/outside",
      ])
    #expect(lines.count == 11)
    #expect(lines.contains { $0.hasPrefix("mkdir 8 700 t-") })
  }

  @Test func anExchangeIsFollowed() throws {
    let outcome = try record(": > a; mkdir b; : > b/x", ["exchange a b"])
    #expect(outcome.problems.isEmpty, "\(outcome.problems)")
    #expect(try lines() == ["exchange a b"])
  }

  /// The folder is a file system of its own to whoever moves something into it: `mv` copies.
  @Test func whatComesFromElsewhereIsCopied() throws {
    try shell("cd '\(watched)'; printf new > ../outside; mkdir sub")
    let recorder = try Recorder(options) { _ in "" }
    let outcome = try recorder.run([
      "sh", "-c", "cd '\(watched)'; mv ../outside in && ln in sub/in; ! ln /etc/passwd here",
    ]) { false }
    #expect(outcome.commandStatus == .exited(0))
    #expect(outcome.problems.isEmpty, "\(outcome.problems)")
    #expect(outcome.files.map(\.name) == ["in"])
  }

  // MARK: Permissions

  @Test func permissionsAreLines() throws {
    try shell("cd '\(watched)'; umask 022; printf 1 > a; ln -s a l; mkdir d")
    let recorder = try Recorder(options) { _ in "" }
    let program = """
      import os
      os.chdir('\(watched)')
      os.chmod('a', 0o640)
      os.chmod('l', 0o600)
      os.chmod('d', 0o711)
      os.chmod('.', 0o750)
      f = os.open('new', os.O_WRONLY | os.O_CREAT, 0o666)
      os.fchmod(f, 0o444)
      os.unlink('new')
      os.fchmod(f, 0o400)
      try: os.chmod('none', 0o600)
      except FileNotFoundError: pass
      """
    let outcome = try recorder.run(["python3", "-c", program]) { false }
    #expect(outcome.commandStatus == .exited(0))
    #expect(outcome.problems.isEmpty, "\(outcome.problems)")
    #expect(
      try lines() == [
        "mode 640 a", "mode 600 a", "mode 711 d", "mode 750 .", "create 4 644 new", "mode 444 new",
        "unlink new",
      ])
  }

  // MARK: Marks

  /// An append is a mark at that moment, whoever makes it; one line is one mark.
  @Test func whatIsAppendedToTheMarksIsAMark() throws {
    let recorder = try Recorder(options) { _ in "" }
    let script = """
      cd '\(watched)'; echo one > f; sync f; echo 'ack 1' >> "$POWERCUT_MARKS"
      python3 -c "
      import os
      with open(os.environ['POWERCUT_MARKS'], 'a') as marks: print('ack 2\\nack 3', file=marks)
      m = os.open(os.environ['POWERCUT_MARKS'], os.O_WRONLY | os.O_APPEND)
      os.write(m, b'in two '); os.write(m, b'parts\\n'); os.write(m, b'without an end')
      "
      cp f "$POWERCUT_MARKS" && rm f
      """
    let outcome = try recorder.run(["bash", "-c", script]) { false }
    #expect(outcome.commandStatus == .exited(0))
    #expect(outcome.markCount == 6)
    let lines = try lines()
    #expect(
      lines.filter { $0.hasPrefix("mark") } == [
        "mark ack%201", "mark ack%202", "mark ack%203", "mark in%20two%20parts", "mark one",
        "mark without%20an%20end",
      ])
    #expect(lines.firstIndex(of: "f: flush").map { $0 + 1 } == lines.firstIndex(of: "mark ack%201"))
    #expect(lines.last == "mark without%20an%20end")
  }

  @Test func linesThatThePatternFindsAreMarks() throws {
    var options = try options
    options.marksFromOutput = try MarkPattern("^committed ([0-9]+) of ([0-9]+)|^done")
    let recorder = try Recorder(options) { _ in "" }
    let script = """
      cd '\(watched)'; echo starting; echo one > f; sync f; echo committed 7 of 9; echo 'not committed 8 of 9'
      printf 'done'
      """
    let outcome = try recorder.run(["bash", "-c", script]) { false }
    #expect(outcome.problems.isEmpty, "\(outcome.problems)")
    #expect(try lines().suffix(3) == ["f: flush", "mark 7%209", "mark done"])
    #expect(
      try InputFile.text("\(output)/stdout")
        == "starting\ncommitted 7 of 9\nnot committed 8 of 9\ndone")
  }

  /// A program that is not seen cannot be taken for one that promised nothing.
  @Test func marksThatNobodySawAreAProblem() throws {
    let program = try CompiledProgram("unseen", in: Self.programFolder.get(), flags: ["-static"])
    let recorder = try Recorder(options) { _ in "" }
    let outcome = try recorder.run([
      "sh", "-c", "'\(program.path)' write \"$POWERCUT_MARKS\"; echo x > '\(watched)/f'",
    ]) { false }
    #expect(outcome.problems == [.unseenMarks(path: try Paths.absolute(output) + "/marks")])
  }

  // MARK: Descriptors

  /// What a number stood for is not what it stands for now, even where it was closed past every hook.
  @Test(arguments: [
    ["close a", "memfd m", "pwrite m 0 512 =512"],
    ["open c + g", "close-range a c", "memfd m", "memfd n", "pwrite m 0 512", "pwrite n 0 512"],
    ["open b + g", "dup2 b a", "pwrite a 0 512"],
    ["dup a b", "pwrite b 512 512", "close a", "pwrite b 0 512"],
    ["open b + g", "pwrite b 0 1", "close-unseen a", "close-unseen b", "pipe p q", "write q 512"],
    ["open b + g", "close-unseen a", "dup-from b a", "pwrite a 0 512"],
    ["fopen g a", "fputc 5", "fflush", "fileno m", "fclose", "memfd m", "pwrite m 0 512"],
  ])
  func aNumberStandsForWhatItIsNow(calls: [String]) throws {
    let outcome = try record(
      "\(Self.fourKilobytes); cp f g", ["open a + f", "pwrite a 1024 512"] + calls)
    #expect(outcome.problems.isEmpty, "\(outcome.problems)")
    #expect(outcome.files.reduce(0) { $0 + $1.writeCount } <= 3)
  }

  // MARK: Streams

  @Test func streamsWriteAndOpenAsTheLibraryDoes() throws {
    let outcome = try record(
      "printf kept > f; printf gone > g; : > h",
      [
        "fopen f a", "fputc 508", "fclose", "fopen g w", "fputc 512", "fclose", "fopen h r+",
        "fputws", "fclose",
      ])
    #expect(outcome.problems.isEmpty, "\(outcome.problems)")
    #expect(
      try lines() == [
        "f: pc1 size 512", "f: write 0 512", "g: pc1 size 0", "g: pc1 size 512", "g: write 0 512",
        "h: pc1 size 4", "h: write 0 512",
      ])
  }

  @Test func aStreamThatCannotBeWrittenHasFailed() throws {
    let outcome = try record(
      ": > f",
      [
        "open b + f", "pwrite b 0 512", "fopen f r+", "limit 512", "fputc 600",
        "fflush =-27", "ferror =1",
      ])
    #expect(outcome.problems.isEmpty, "\(outcome.problems)")
  }

  // MARK: Processes

  /// However a child was made, it is a task of its own.
  @Test(arguments: ["child", "child-by-number"])
  func aChildHasItsOwnPartOfTheJournal(kind: String) throws {
    let outcome = try record(
      Self.fourKilobytes,
      [
        "open a + f", "pwrite a 0 512", kind, "pwrite a 512 512", "pwrite a 1024 512", "end",
        "pwrite a 1536 512", "fsync a",
      ])
    #expect(outcome.problems.isEmpty, "\(outcome.problems)")
    let log = try WriteLogIndex(
      reading: MappedFile.map("\(output)/f/writes.log"), options: LogReadingOptions())
    let tasks = (0..<log.entryCount).map { log[$0].extension?.task }
    #expect(tasks == [1, 2, 2, 1, 1])
    #expect(
      try lines() == [
        "f: write 0 512", "f: write 512 512", "f: write 1024 512", "f: write 1536 512", "f: flush",
      ])
  }

  @Test func aRingIsRefused() throws {
    #expect(try record("true", ["ring =-38", "exit 1"], status: 1).problems == [.ioUring])
  }

  /// The journal is a file as well.
  @Test func aJournalThatCannotGrowFailsTheCall() throws {
    let outcome = try record("true", ["limit 1000", "open a +c f =-27"])
    #expect(outcome.problems == [.journalRefused(reason: "File too large")])
    #expect(outcome.files.isEmpty)
  }

  /// A program that was killed within a call leaves its locks.
  @Test func theLocksOfTheDeadAreTakenOver() throws {
    try shell("cd '\(watched)'; : > f")
    let recorder = try Recorder(options) { _ in "" }
    // Both locks, with the number of a thread that there cannot be. Where they stand depends on the processor.
    #if arch(x86_64)
      let journal = try WritableFile("\(output)/journal")
      try journal.write([255, 255, 255, 63, 255, 255, 255, 63], at: 96)
    #endif
    let end = ContinuousClock.now + .seconds(20)
    let argv = try [Self.program.get(), watched, "open a + f", "write a 512", "rename f g"]
    let outcome = try recorder.run(argv) { ContinuousClock.now > end }
    #expect(outcome.commandStatus == .exited(0))
    #expect(try lines() == ["f: pc1 size 512", "f: write 0 512", "rename f g"])
  }

  @Test func whoOutlivesTheRecorderChangesNothing() throws {
    try shell("cd '\(watched)'; printf 1 > f; printf 1 > g; : > h")
    let recorder = try Recorder(options) { _ in "" }
    let argv = try [
      Self.program.get(), watched, "open a + f", "write a 512", "wait ../go", "write a 512 =-5",
      "open b + g", "write b 512 =-5", "write b 0 =-5", "ftruncate b 0 =-5", "fsync b =-5",
      "open c wt g =-5", "copy a 0 b 0 1 =-5", "rename f i =-5", "open d +c new =-5",
      "fsync a =-5",
    ]
    let process = try StartedProcess(argv: argv, environment: recorder.environment)
    for _ in 0..<2000 where try lines().count < 2 {
      try recorder.poll()
      usleep(2000)
    }
    recorder.close()
    try OutputFile.write("", to: folder.path("go"))
    for _ in 0..<4000 where !process.hasEnded { usleep(5000) }
    #expect(process.end() == .exited(0))
    try shell("cd '\(watched)'; [ $(cat g) = 1 ]; [ $(stat -c %s f) = 512 ]; [ ! -e i ]")
  }

  // MARK: Turns

  /// Records under control.
  ///
  /// - Parameters:
  ///   - heldCount: how many wait at once before the first of them is let go.
  ///   - turn: what becomes of an operation, and of how many there were before.
  private func recordTurns(
    _ before: String, _ calls: [String], atOnce heldCount: Int = 1,
    turn: (HeldOperation, Int) -> HeldOperation.Turn
  ) throws -> Recorder.Outcome {
    try shell("cd '\(watched)'; \(before)")
    var options = try options
    options.control = Recorder.Control(processor: 0, seed: 1)
    let recorder = try Recorder(options) { _ in "" }
    return try released(
      recorder, [Self.program.get(), watched] + calls, atOnce: heldCount, turn: turn)
  }

  private func released(
    _ recorder: Recorder, _ argv: [String], atOnce heldCount: Int = 1,
    turn: (HeldOperation, Int) -> HeldOperation.Turn
  ) throws -> Recorder.Outcome {
    defer { recorder.close() }
    let process = try StartedProcess(argv: argv, environment: recorder.environment)
    defer { _ = process.end() }
    var count = 0
    for _ in 0..<10000 where !process.hasEnded {
      try recorder.poll()
      while try recorder.answerTouch() {}
      if count == 0, recorder.held.count < heldCount {
        usleep(2000)
        continue
      }
      for operation in recorder.held.reversed() {
        recorder.release(operation, turn(operation, count))
        count += 1
      }
      usleep(500)
    }
    let outcome = try recorder.finish(process.end(), of: argv)
    #expect(outcome.commandStatus == .exited(0))
    return outcome
  }

  @Test func aTurnCanFailAnOperation() throws {
    let outcome = try recordTurns(
      "\(Self.fourKilobytes); mkdir d",
      [
        "open a + f", "pwrite a 0 512 =-28", "pwrite a 0 512 =512", "fsync a =-5",
        "ftruncate a 5 =-5",
        "rename f g =-28", "open d r d", "fsync d =-5", "syncfs a =-5", "copy a 0 a 2048 512 =-28",
        "fopen f r+", "fputc 5", "fflush =-28", "ferror =1",
      ]
    ) { operation, count in
      switch operation.kind {
      case .write, .names: count == 1 ? .go : .fail(28)
      default: .fail(5)
      }
    }
    #expect(outcome.problems.isEmpty, "\(outcome.problems)")
    #expect(try lines() == ["f: write 0 512"])
  }

  /// Of calls with their data in one piece, and in several.
  @Test func aTurnCanCutAWriteShort() throws {
    let outcome = try recordTurns(
      "\(Self.fourKilobytes); cp f g",
      [
        "open a + f", "open b + g", "pwrite a 0 1024 =512", "pwritev a 1024 256 128 1024 =512",
        "copy b 0 a 2048 1024 =512", "pwrite a 3072 512 =512",
      ]
    ) { _, count in .short(byteCount: count < 3 ? 512 : 4096) }
    #expect(outcome.problems.isEmpty, "\(outcome.problems)")
    #expect(
      try lines() == [
        "f: write 0 512", "f: write 1024 512", "f: write 2048 512", "f: write 3072 512",
      ])
  }

  /// Of calls that the disk is not asked about.
  @Test func aFlushCanBeDoneWithoutTheDisk() throws {
    let outcome = try recordTurns(
      Self.fourKilobytes, ["open a + f", "pwrite a 0 512", "fsync a", "syncfs a", "sync"]
    ) { operation, _ in operation.kind == .write ? .go : .done }
    #expect(outcome.problems.isEmpty, "\(outcome.problems)")
    #expect(
      try lines() == ["f: write 0 512", "f: flush", "f: flush", "sync", "f: flush", "sync"])
  }

  /// The handler of a signal comes in the middle of a call: it needs more of the journal than there is left.
  @Test func aSignalsHandlerWritesWhileItsThreadWaits() throws {
    let outcome = try recordTurns(
      "\(Self.fourKilobytes); : > g",
      ["open a + f", "open b + g", "alarm b", "pwrite a 0 512", "pwrite a 512 512"], atOnce: 2
    ) { _, _ in .go }
    #expect(outcome.problems.isEmpty, "\(outcome.problems)")
    #expect(
      try lines() == [
        "g: pc1 size 300000", "g: write 0 300032", "f: write 0 512", "f: write 512 512",
      ])
  }

  /// The handler of a signal comes while its thread has the lock of positions.
  @Test func aSignalsHandlerWritesWhileItsThreadHasALock() throws {
    let outcome = try record(
      "\(Self.fourKilobytes); : > g",
      [
        "open a + f", "open b + g", "pwrite a 0 512", "limit 67108864", "on-limit b",
        "seek a 67108864", "write a 512 =-27", "tell b =7", "write b 512", "tell b =519",
      ])
    #expect(outcome.problems.isEmpty, "\(outcome.problems)")
    #expect(
      try lines() == [
        "f: write 0 512", "g: pc1 size 7", "g: write 0 512", "g: pc1 size 519", "g: write 0 1024",
      ])
  }

  /// tmpfs cannot make a range zero; a seed gives the same run there.
  @Test(arguments: [false, true])
  func zeroesAreMadeWhereTheFileSystemHasNoCallForThem(inMemory: Bool) throws {
    let folder = try TemporaryFolder(prefersMemory: inMemory)
    try shell(
      "mkdir '\(folder.path)/watched'; head -c 4096 /dev/urandom > '\(folder.path)/watched/f'")
    var options = try options
    options.watched = folder.path("watched")
    options.control = Recorder.Control(processor: 0, seed: 1)
    let recorder = try Recorder(options) { _ in "" }
    let calls = ["open a + f", "fallocate a 17 512 1024", "fallocate a 16 3584 1024"]
    let argv = try [Self.program.get(), options.watched] + calls
    let outcome = try released(recorder, argv) { _, _ in .go }
    #expect(outcome.problems.isEmpty, "\(outcome.problems)")
    #expect(
      try lines() == ["f: write 512 1024", "f: pc1 size 4608", "f: write 3584 1024"])
  }

  /// What waits says where it is going to write.
  @Test func whatWaitsTellsItsPlace() throws {
    var ranges: [ByteRange?] = []
    let outcome = try recordTurns(
      "\(Self.fourKilobytes); truncate -s 8192 hole",
      [
        "open a + f", "seek a 1024", "write a 512", "pwrite a 0 512", "open b + hole",
        // Where data ends is the file system's own affair.
        "seek-hole b 0 =8192", "fallocate a 17 512 512", "fallocate a 16 4096 512", "ftruncate a 9",
      ]
    ) { operation, _ in
      ranges.append(operation.range)
      return .go
    }
    #expect(outcome.problems.isEmpty, "\(outcome.problems)")
    #expect(
      ranges == [
        ByteRange(byteOffset: 1024, byteCount: 512), ByteRange(byteOffset: 0, byteCount: 512),
        ByteRange(byteOffset: 512, byteCount: 512), ByteRange(byteOffset: 4096, byteCount: 512),
        nil,
      ])
  }
}

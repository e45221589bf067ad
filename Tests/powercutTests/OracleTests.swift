import Host
import TestSupport
import Testing

/// Judges that are built in: each with programs whose mistake it must find, and with one that has none.
@Suite(.serialized) struct OracleTests {
  private let place: RecordingFolder

  init() throws { place = try RecordingFolder() }

  /// Appends lines to `log`, and says of each that it is safe: `right`; `late`: it syncs every second line only;
  /// `other`: the marks are other texts than the lines; `twice`: a mark is made twice; `open`: lines have their line
  /// feeds in front.
  private static let log = """
    import os, sys
    folder, way = sys.argv[1:3]
    log = os.open(folder + '/log', os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.fsync(log); os.fsync(os.open(folder, os.O_RDONLY))
    for n in range(1, 5):
        line = b'ack %d' % n
        os.write(log, b'\\n' + line if way == 'open' else line + b'\\n')
        if way != 'late' or n % 2 == 0: os.fsync(log)
        for _ in range(2 if way == 'twice' else 1):
            print('done' if way == 'other' else 'ack', n, flush=True)
    os.write(log, b'the end\\n')
    """

  /// Replaces a file: `right`; `no-file-sync`, `no-folder-sync`: what keeps the new one is missing; `in-place`: it is
  /// written over; `other-mode`: permissions are given after the mark; `none`: it says nothing.
  private static let counter = """
    import os, sys
    folder, way = sys.argv[1:3]
    top = os.open(folder, os.O_RDONLY)
    for n in range(1, 4):
        name = folder + ('/count' if way == 'in-place' else '/count.new')
        file = os.open(name, os.O_WRONLY | os.O_CREAT, 0o600)
        os.pwrite(file, b'%d' % n * 600, 0)
        if way != 'no-file-sync': os.fsync(file)
        os.close(file)
        if way != 'in-place': os.rename(folder + '/count.new', folder + '/count')
        if way != 'no-folder-sync': os.fsync(top)
        if way != 'none': print('ack', n, flush=True)
        if way == 'other-mode': os.chmod(folder + '/count', 0o640)
    """

  private func record(_ program: String, _ way: String) throws {
    try OutputFile.write(program, to: place.folder.path("program.py"))
    let run = try place.record(
      ["python3", place.folder.path("program.py"), place.watched, way],
      options: ["--marks-from-stdout", "^(?:ack|done) [0-9]+$"])
    try #require(run.status == 0, "\(run.errors)")
  }

  private func check(_ oracle: String, _ options: [String] = []) throws -> ToolRun {
    try ToolRun(["check", place.output, "--oracle", oracle] + options)
  }

  private static let allTiers = ["--states", "prefix,flushed-only,drop:2,keep:1,torn,names,files"]

  // MARK: lines

  @Test(arguments: ["ordered", "posix", "ext4"])
  func linesThatAreSyncedAreThere(persona: String) throws {
    try record(Self.log, "right")
    let run = try check("lines:log", Self.allTiers + ["--persona", persona])
    #expect(run.status == 0, "\(run.result)\(run.errors)")
    #expect(run.result.contains(", does not in 0, "), "\(run.result)")
  }

  @Test func aLineThatWasPromisedTooEarlyIsFound() throws {
    try record(Self.log, "late")
    let run = try check("lines:log", ["--states", "drop:1"])
    #expect(run.status == 1, "\(run.result)\(run.errors)")
    for said in [
      "'lines:log' does not hold (joint state cut:", "lost: line ", "kept: line 5, mark ack 1",
      "missing: a sync of 'log', between line ", "oracle: 'log' lacks the line of a mark\n",
      "oracle: there is no line for the mark 'ack 1' (line 5)\n",
    ] {
      #expect(run.result.contains(said), "\(said)\n\(run.result)")
    }
    #expect(try place.line(5) == "mark ack%201")
    #expect(try check("lines:log", ["--states", "prefix"]).status == 0)
    #expect(try ToolRun.line(run.reproduction).status == 1)
  }

  /// What the oracle cannot have is said, so that nobody looks for a lost line.
  @Test(arguments: [
    (
      "right", "lines:lgo",
      "in the end 'lgo' is not there, with nothing lost: is it the right file?"
    ),
    (
      "other", "lines:log",
      "in the end no mark is a line of it, with nothing lost: a line has to be the"
    ),
    ("twice", "lines:log", "there is no line for the mark 'ack 1' (line "),
    ("open", "lines:log", "5 bytes without a line feed at the end"),
  ])
  func whatIsNoLineIsSaid(way: String, oracle: String, said: String) throws {
    try record(Self.log, way)
    let run = try check(oracle)
    #expect(run.status == 1, "\(run.result)\(run.errors)")
    #expect(run.result.contains("nothing has to be lost"), "\(run.result)")
    #expect(run.result.contains(said), "\(run.result)")
  }

  // MARK: same-as-some-mark

  @Test(arguments: ["ordered", "posix", "ext4"])
  func aFileThatIsReplacedIsOneOfItsVersions(persona: String) throws {
    try record(Self.counter, "right")
    let run = try check("same-as-some-mark:*.new", Self.allTiers + ["--persona", persona])
    #expect(run.status == 0, "\(run.result)\(run.errors)")
    #expect(run.result.contains(", does not in 0, and says nothing of 0"), "\(run.result)")
    let left = try ToolRun([
      "check", place.output, "--oracle", "same-as-some-mark", "--leave-out", "*.new",
    ])
    #expect(left.status == 0, "\(left.result)\(left.errors)")
  }

  @Test(arguments: [
    ("no-file-sync", "drop:1", "'count' is another one"),
    ("no-file-sync", "flushed-only", "missing: a sync of 'count.new'"),
    ("no-folder-sync", "names", "'count' is not there"),
    ("no-folder-sync", "names", "an older mark: 'count' is another one"),
    ("in-place", "torn", "'count' is another one"),
    ("in-place", "prefix", "'count' must not be there"),
    ("other-mode", "prefix", "'count' is a file of 600 bytes, mode 640; at the mark 'ack 1'"),
  ])
  func whatWasThereAtNoMarkIsFound(way: String, tier: String, said: String) throws {
    try record(Self.counter, way)
    let persona = way == "no-folder-sync" ? ["--persona", "posix"] : []
    let run = try check("same-as-some-mark:*.new", ["--states", tier] + persona)
    #expect(run.status == 1, "\(run.result)\(run.errors)")
    #expect(run.result.contains("oracle: it is as it was at "), "\(run.result)")
    #expect(run.result.contains(said), "\(run.result)")
  }

  /// A temporary name is a difference until somebody says that it is none.
  @Test func namesThatAreThereAtNoMarkAreNamed() throws {
    try record(Self.counter, "right")
    let run = try check("same-as-some-mark")
    #expect(run.status == 1, "\(run.result)\(run.errors)")
    #expect(
      run.result.contains("there at no mark: 'count.new'; names that do not matter"),
      "\(run.result)")
  }

  /// What nothing was done to is the same as a copy of it.
  @Test func aCopyIsNoDifference() throws {
    try OutputFile.write(String(repeating: "as it was\n", count: 200), to: place.watched + "/count")
    let run = try place.record(
      [
        "sh", "-c",
        "cd '\(place.watched)' && cp -p count count.new && sync count.new && echo a && mv count.new count && echo b",
      ], options: ["--marks-from-stdout", "^[ab]$"])
    try #require(run.status == 0, "\(run.errors)")
    let check = try check("same-as-some-mark:*.new", ["--states", "prefix,names"])
    #expect(check.status == 0, "\(check.result)\(check.errors)")
    #expect(check.result.contains(" does not in 0, and says nothing of 0"), "\(check.result)")
  }

  // MARK: What all of them have

  @Test(arguments: ["lines:count", "same-as-some-mark:*.new"])
  func withoutMarksNothingWasChecked(oracle: String) throws {
    try record(Self.counter, "none")
    let run = try check(oracle, ["--format", "json"])
    #expect(run.status == 3, "\(run.result)\(run.errors)")
    #expect(
      try run.json.keys["reasons"] as? [String]
        == ["the recording has no mark, so that nothing was promised for '\(oracle)' to look for"])
    let test = try test("none", oracle, ["--marks-at-least", "0"])
    #expect(test.status == 3, "\(test.result)\(test.errors)")
  }

  /// Before the first mark `lines` says nothing, so that a pass of such states alone is none.
  @Test func beforeTheFirstMarkNoLineIsPromised() throws {
    try record(Self.log, "right")
    #expect(try check("lines:log", ["--to", "2"]).status == 3)
  }

  @Test func aRecordingDoesNotSayHowItsProgramIsStarted() throws {
    try record(Self.counter, "right")
    let run = try check("opens")
    #expect(run.status == 2)
    #expect(run.errors.contains("--oracle opens: a recording does not say how"), "\(run.errors)")
  }

  @Test func bisectFollowsAnOracle() throws {
    try record(Self.counter, "no-file-sync")
    let run = try ToolRun([
      "bisect", place.output, "--oracle", "same-as-some-mark:*.new", "--states", "drop:1",
    ])
    #expect(run.status == 1, "\(run.result)\(run.errors)")
    for said in [
      "CULPRIT  line 3: rename count.new count", "  only if      lost: line 1, the length of",
      "  only if      kept: line 3, rename",
      "  evidence     missing: a sync of 'count.new', between",
    ] {
      #expect(run.result.contains(said), "\(said)\n\(run.result)")
    }
    #expect(try ToolRun.line(run.reproduction).status == 1)
  }

  // MARK: test

  private func test(_ way: String, _ oracle: String, _ options: [String] = []) throws -> ToolRun {
    try OutputFile.write(Self.counter, to: place.folder.path("program.py"))
    return try ToolRun(
      [
        "test", "--run", "python3 program.py {folder} \(way)", "--oracle", oracle,
        "--marks-from-stdout", "^(ack [0-9]+)",
      ] + options, in: place.folder.path)
  }

  /// What is found is kept, and says of a build that is mended that it is.
  @Test func whatIsFoundIsCarriedOutAgain() throws {
    let bad = try test("no-file-sync", "same-as-some-mark:*.new")
    #expect(bad.status == 1, "\(bad.result)\(bad.errors)")
    let kept = try #require(
      try Folders.names(in: place.folder.path("powercut-test")).first { $0.hasPrefix("X03") })
    let again = ["replay-run", "powercut-test/\(kept)", "--allow-exec"]
    #expect(try ToolRun(again, in: place.folder.path).result.contains("\nREPRODUCED: "))
    try OutputFile.write(
      Self.counter.replacing("way != 'no-file-sync'", with: "True"),
      to: place.folder.path("program.py"))
    #expect(try ToolRun(again, in: place.folder.path).result.contains("\nFIXED: "))
    let good = try test(
      "right", "same-as-some-mark:*.new", ["--order", "owned", "--seeds", "1..2"])
    #expect(good.status == 0, "\(good.result)\(good.errors)")
  }

  /// Adds to a number, and does not start where it finds none: `right` replaces it, `wrong` forgets to sync the new one.
  private static let adder = """
    import os, sys
    folder, way = sys.argv[1:3]
    number = int(open(folder + '/n').read()) if os.path.exists(folder + '/n') else 0
    with open(os.environ['POWERCUT_MARKS'], 'a') as marks: marks.write('started\\n')
    for n in range(number + 1, number + 3):
        file = os.open(folder + '/n.new', os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.write(file, b'%d' % n)
        if way == 'right': os.fsync(file)
        os.close(file)
        os.rename(folder + '/n.new', folder + '/n')
    """

  @Test(arguments: [("right", 0), ("wrong", 1)])
  func aProgramStartsOnWhatItHasLeft(way: String, status: Int32) throws {
    try OutputFile.write(Self.adder, to: place.folder.path("adder.py"))
    let run = try ToolRun(
      ["test", "--run", "python3 adder.py {folder} \(way)", "--oracle", "opens"],
      in: place.folder.path)
    #expect(run.status == status, "\(run.result)\(run.errors)")
    #expect(run.result.contains("ValueError: invalid literal") == (way == "wrong"), "\(run.result)")
  }

  @Test(arguments: [
    (
      ["--oracle", "opens", "--check", "a {folder}"], "--run and --check (or --judge, or --oracle)"
    ),
    (["--oracle", "opens"], "--oracle opens: write {folder} in --run"),
    (["--oracle", "lines:log", "--recrash"], "give it as --check"),
    (["--oracle", "line:log"], "expected one of lines:FILE, same-as-some-mark"),
    (["--oracle", "opens", "--oracle", "lines:a"], "--oracle is given twice"),
  ])
  func whatDoesNotGoTogetherIsRefused(options: [String], said: String) throws {
    let run = try ToolRun(["test", "--run", "a b"] + options)
    #expect(run.status == 64)
    #expect(run.errors.contains(said), "\(run.errors)")
  }
}

extension RecordingFolder {
  /// A line of `joint.txt`, as reports number them.
  fileprivate func line(_ number: Int) throws -> String? {
    let lines = try InputFile.text("\(output)/joint.txt").split(separator: "\n").map(String.init)
    return lines.count > number ? lines[number] : nil
  }
}

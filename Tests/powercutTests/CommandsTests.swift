import Host
import TestSupport
import Testing

/// Programs of anybody's, by the commands of a scenario (program:custom): those of Tests/Programs/commands, whose
/// mistakes are known.
@Suite(.serialized) struct CommandsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder(prefix: "commands") }

  private static func program(_ name: String) -> String {
    Repository.path("Tests/Programs/commands/\(name).py")
  }

  private func write(_ lines: [String], to name: String = "powercut.yaml") throws {
    try OutputFile.write(
      (["summary: Nothing is lost.", "stack: program:custom"] + lines + ["expect: pass"])
        .joined(separator: "\n") + "\n", to: folder.path(name))
  }

  private func tool(_ words: [String], build: BuiltProduct.Build = .own) throws -> ToolRun {
    try ToolRun(words, build: build, in: folder.path)
  }

  // MARK: Several processes

  private func writers(_ names: [String], locking: Bool = false, seeds: String = "1") -> [String] {
    let runs = names.map { name in
      "[python3, \"\(Self.program("writers"))\", \"{folder}\", \(name), \"2\"\(locking ? ", lock" : "")]"
    }
    return [
      "program:", "  setup: [touch, \"{folder}/list\"]", "  run: [\(runs.joined(separator: ", "))]",
      "  check: [python3, \"\(Self.program("writers"))\", verify, \"{folder}\"]",
      "marks: { stdout: '^(ack .*)', at-least: 2 }", "states: [prefix]",
      "schedule: { seeds: \(seeds) }",
    ]
  }

  /// Which of two processes writes next is the seed's to say, so that a race between them is found, made again and made
  /// smaller: the third process has no part in it.
  @Test func aRaceBetweenProcessesComesFromASeed() throws {
    try write(writers(["a", "b", "c"], seeds: "1..4"))
    let run = try tool(["test"])
    #expect(run.status == 1, "\(run.result)\(run.errors)")
    #expect(run.result.contains("and it is not in the list"), "\(run.result)")
    #expect(run.result.contains("only if   nothing has to be lost"), "\(run.result)")
    let again = try ToolRun.line(run.reproduction, in: folder.path)
    #expect(again.status == 1, "\(again.errors)")
    #expect(again.result.contains("REPRODUCED: "), "\(again.result)")
    let kept = try #require(
      try Folders.files(below: folder.path("powercut-test"), suffix: "token").first)
    let place = String(kept.dropLast("/token".count))
    let smaller = try InputFile.text("\(place)/scenario.yaml")
    #expect(smaller.components(separatedBy: "writers.py").count == 4, "\(smaller)")
    let unshrunk = try InputFile.text("\(place)/unshrunk.yaml")
    #expect(unshrunk.contains("choices: "), "\(unshrunk)")
    let token = try tool(["replay-run", kept, "--allow-exec"])
    #expect(token.result.contains("REPRODUCED: the recorded choices were made"), "\(token.result)")
    // What stands there about the folder of the state can be typed.
    let readme = try InputFile.text("\(place)/README")
    let line = try #require(readme.split(separator: "\n").first { $0.contains("the folder: ") })
    let replay = line.components(separatedBy: "the folder: ")[1]
    #expect(try ToolRun.line(replay, in: folder.path).status == 0, "\(replay)")
  }

  @Test func processesThatLockEachOtherOutLoseNothing() throws {
    try write(writers(["a", "b"], locking: true, seeds: "1..3"))
    let run = try tool(["test"])
    #expect(run.status == 0, "\(run.result)\(run.errors)")
    #expect(run.result.contains("3 runs"), "\(run.result)")
  }

  /// One seed is one run: again, in a debug and a release build, with another TMPDIR, locale and folder.
  @Test func oneSeedIsOneRunEverywhere() throws {
    try write(writers(["a", "b", "c"]))
    func words(_ word: String) -> [String] {
      [
        "fuzz", "--scenario", word, "--seeds", "1..2", "--keep-going", "--allow-exec", "--format",
        "json",
      ]
    }
    func told(_ run: ToolRun) throws -> [String] {
      try run.json.list("findings").map {
        [$0.text("token"), $0.text("title")].map { $0 ?? "" }.joined(separator: " ")
      }
    }
    let first = try told(tool(words("powercut.yaml")))
    #expect(!first.isEmpty)
    for build in [BuiltProduct.Build.debug, .release] {
      let elsewhere = try TemporaryFolder(prefix: "elsewhere")
      let run = try ToolRun(
        words("powercut.yaml"), build: build,
        environment: ["TMPDIR": elsewhere.path, "LC_ALL": "de_DE.UTF-8"], in: folder.path)
      #expect(try told(run) == first, "\(build)")
    }
    let twice = try tool(words("powercut.yaml") + ["--verify-determinism"])
    #expect(twice.status == 1, "\(twice.errors)")
  }

  // MARK: Faults, and cuts of what the check writes

  private func journalled(_ more: [String], check: String = "") -> [String] {
    let program = "python3 '\(Self.program("journalled"))'"
    return [
      "program:", "  setup: \"\(program) init {folder}\"", "  run: \"\(program) load {folder}\"",
      "  check: \"\(program) verify {folder}\(check)\"", "marks: { stdout: '^ack ([0-9]+)' }",
    ] + more
  }

  /// A recovery that removes its journal too early is right after one cut, and wrong after two.
  @Test func aSecondCutFindsAMistakeOfTheRecovery() throws {
    let tiers = "states: [prefix, \"drop:1\"]"
    try write(journalled([tiers], check: " unsynced"))
    #expect(try tool(["test"]).status == 0)
    try write(journalled([tiers, "recrash: true"], check: " unsynced"))
    let wrong = try tool(["test"])
    #expect(wrong.status == 1, "\(wrong.result)\(wrong.errors)")
    #expect(wrong.result.contains(" then cut:"), "\(wrong.result)")
    #expect(wrong.result.contains("the last that the recovery did: "), "\(wrong.result)")
    // What the recovery had done by then is there to be looked at: the journal is gone, the value was not there yet.
    let marker = "the folder of the recovery: "
    let line = try #require(wrong.result.split(separator: "\n").first { $0.contains(marker) })
    let words = try #require(line.ranges(of: marker).first)
    let replay = try ToolRun.line(String(line[words.upperBound...]), in: folder.path)
    #expect(replay.status == 0, "\(replay.errors)")
    #expect(try Folders.names(in: folder.path("state")) == ["value"])
    #expect(try InputFile.bytes(folder.path("state/value")).isEmpty)
    // As the run it can be made smaller again.
    let kept = try #require(
      try Folders.names(in: folder.path("powercut-test")).first { $0.hasPrefix("X03") })
    let shrunk = try tool([
      "shrink", "powercut-test/\(kept)", "--allow-exec", "--output", "shrunk",
    ])
    #expect(shrunk.status == 1, "\(shrunk.errors)")
    #expect(try Folders.names(in: folder.path("shrunk")) == [kept])
    let refused = try tool(["shrink", "powercut-test/\(kept)"])
    #expect(refused.status == 2)
    #expect(refused.errors.contains("Add --allow-exec"), "\(refused.errors)")
    try write(journalled([tiers, "recrash: true"]))
    let right = try tool(["test"])
    #expect(right.status == 0, "\(right.result)\(right.errors)")
  }

  /// An operation that fails is one by its number. Who ends for it has still promised what it promised.
  @Test func anOperationIsMadeToFail() throws {
    for number in 0..<4 {
      try write(journalled(["faults: { failing: [\(number)] }", "states: [prefix, \"drop:1\"]"]))
      let run = try tool(["test"])
      // A write and a sync of the journal: then the first number was promised.
      let expected: Int32 = number < 2 ? 3 : 0
      #expect(run.status == expected, "\(number): \(run.result)\(run.errors)")
    }
  }

  // MARK: Judges that stay

  /// Answers of a judge by what stands in the file `log` of a state.
  private func judge(_ answers: String) throws -> String {
    let path = folder.path("judge.py")
    try OutputFile.write(
      """
      import os, sys
      for line in sys.stdin:
          folder = line.rstrip('\\n')
          log = folder + '/log'
          text = open(log).read() if os.path.exists(log) else ''
          marks = open(os.environ['POWERCUT_MARKS_BEFORE']).read().split()
          \(answers)
          sys.stdout.flush()

      """, to: path)
    return "python3 '\(path)'"
  }

  private func judged(_ answers: String) throws -> ToolRun {
    try tool([
      "test", "--run",
      "sh -c 'printf a > \"$1/log\"; echo ack 1; printf b >> \"$1/log\"' sh {folder}",
      "--judge", try judge(answers), "--marks-from-stdout", "^ack ([0-9])", "--states", "prefix",
    ])
  }

  /// It is told one folder after the other, with the marks before each cut, and started again where it dies.
  @Test func aJudgeThatStaysAnswersLineByLine() throws {
    let good = try judged("print('good' if len(marks) < 2 else 'bad marks')")
    #expect(good.status == 0, "\(good.result)\(good.errors)")
    let bad = try judged("print('bad it holds ' + text if text == 'ab' else 'good')")
    #expect(bad.status == 1, "\(bad.result)\(bad.errors)")
    #expect(bad.result.contains("says 'bad' (joint state cut:"), "\(bad.result)")
    #expect(bad.result.contains("stdout: it holds ab"), "\(bad.result)")
    let skipped = try judged("print('skip')")
    #expect(skipped.status == 3, "\(skipped.result)\(skipped.errors)")
    let promised = try judged("print('bad' if marks == ['1'] and text != 'ab' else 'good')")
    #expect(promised.status == 1, "\(promised.result)\(promised.errors)")
    let dead = try judged("sys.exit('no more') if text == 'a' else print('good')")
    #expect(dead.status == 1, "\(dead.result)\(dead.errors)")
    #expect(dead.result.contains("ends without an answer (exit status 1)"), "\(dead.result)")
    #expect(dead.result.contains("stderr: no more"), "\(dead.result)")
    let odd = try judged("print('fine')")
    #expect(odd.status == 2)
    #expect(odd.errors.contains("expected good, bad TEXT or skip"), "\(odd.errors)")
  }

  /// What refuses a state and then does not is no judge.
  @Test func anAnswerThatChangesIsNoVerdict() throws {
    let run = try judged(
      "asked = open('asked', 'a'); print('bad' if asked.tell() == 1 else 'good'); asked.write('x'); asked.close()"
    )
    #expect(run.status == 2, "\(run.result)\(run.errors)")
    #expect(run.errors.contains("none of them can be trusted"), "\(run.errors)")
  }

  // MARK: Results that say something

  @Test(arguments: [
    ("run: [\"true\"]", "", Int32(3), "no crash state was judged"),
    ("run: [\"false\"]", "", 2, "run 'false' ended with exit status 1"),
    ("run: [sh, -c, \"echo no such thing >&2; exit 4\"]", "", 2, "exit status 4: no such thing"),
    ("run: [sleep, \"1000\"]", "", 2, "the program waits, 20 s now, for something"),
    ("run: [./none]", "", 2, "cannot start './none'"),
    (
      "run: [sh, -c, \"echo x > $1/a\", sh, \"{folder}\"]", "marks: { at-least: 1 }", 3,
      "fewer marks"
    ),
    ("run: [sh, -c, \"echo x > $1/a\", sh, \"{folder}\"]", "", 0, "passed"),
  ])
  func whatSaysNothingIsNoPass(line: String, more: String, status: Int32, said: String) throws {
    try write(
      ["program:", "  \(line)", "  check: [\"true\", \"{folder}\"]"] + (more.isEmpty ? [] : [more]))
    let run = try tool(["test"])
    #expect(run.status == status, "\(run.result)\(run.errors)")
    #expect((run.result + run.errors).contains(said), "\(run.result)\(run.errors)")
  }

  /// No command of the tool starts what a file or a token names without being allowed to; `test` is asked for just that.
  @Test func startingProgramsIsAllowedFirst() throws {
    try write(writers(["a"]))
    for words in [["run", "powercut.yaml"], ["fuzz", "--scenario", "powercut.yaml"]] {
      let run = try tool(words)
      #expect(run.status == 2, "\(run.result)\(run.errors)")
      #expect(run.errors.contains("Add --allow-exec"), "\(run.errors)")
    }
    let other = try tool(["run", "powercut.yaml", "--allow-exec", "--program", "/bin/true"])
    #expect(other.status == 2)
    #expect(other.errors.contains("runs the commands that its scenario has"), "\(other.errors)")
    let bare = try tool(["fuzz", "--stack", "program:custom", "--allow-exec"])
    #expect(bare.status == 64)
    #expect(bare.errors.contains("its commands are in a scenario"), "\(bare.errors)")
  }

  // MARK: init

  @Test func initWritesWhatTestTakes() throws {
    let program = "python3 '\(Self.program("journalled"))'"
    let written = try tool([
      "init", "--setup", "\(program) init {folder}", "--run", "\(program) load {folder}",
      "--check", "\(program) verify {folder}", "--marks-from-stdout", "^ack ([0-9]+)",
    ])
    #expect(written.status == 0, "\(written.errors)")
    #expect(written.result.contains("and made 2 marks"), "\(written.result)")
    #expect(written.result.contains("accepts what the program leaves in the end"))
    let run = try tool(["test", "--seeds", "1..2"])
    #expect(run.status == 0, "\(run.result)\(run.errors)")
    let again = try tool(["init"])
    #expect(again.status == 2)
    #expect(again.errors.contains("is there already"), "\(again.errors)")
    let bare = try tool(["init", "other.yaml"])
    #expect(bare.status == 0, "\(bare.errors)")
    let empty = try tool(["test", "other.yaml"])
    #expect(empty.status == 2)
    #expect(empty.errors.contains("cannot start './program'"), "\(empty.errors)")
    let wrong = try tool([
      "init", "third.yaml", "--run", "true", "--check", "false {folder}",
    ])
    #expect(wrong.status == 2)
    #expect(wrong.errors.contains("mend that first"), "\(wrong.errors)")
  }
}

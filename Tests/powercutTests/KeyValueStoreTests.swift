import Host
import TestSupport
import Testing

/// Small stores of keys and values with a mistake each, and without any: Tests/Programs/kv. Their author knows only
/// them; `record` and `check` have to find each mistake from one recording, and nothing in what is right.
@Suite(.serialized) struct KeyValueStoreTests {
  private static let folder = Result { try TemporaryFolder(prefix: "kv") }
  private static let store = Result { try CompiledProgram("kv/kv", in: folder.get()).path }

  private let place: RecordingFolder

  init() throws { place = try RecordingFolder() }

  private func record(_ load: [String], bug: String? = nil) throws {
    try Peer(program: Self.store.get(), package: "gcc").run(["init", place.watched])
    let run = try place.record(
      load + (bug.map { ["--bug", $0] } ?? []), options: ["--marks-from-stdout", "^(ack [0-9]+)"])
    try #require(run.status == 0, "\(run.errors)")
  }

  private func check(_ options: [String], bug: String? = nil) throws -> ToolRun {
    let verify =
      "'\(try Self.store.get())' verify {folder}" + (bug.map { " --bug \($0)" } ?? "")
    return try ToolRun(
      ["check", place.output, "--command", verify, "--marks-at-least", "24"] + options)
  }

  private func load(_ program: [String]) -> [String] {
    program + ["load", place.watched, "1", "24"]
  }

  @Test(arguments: [
    ("no-fsync", "flushed-only", "was acknowledged"), ("early-ack", "drop:1", "was acknowledged"),
    ("wrong-order", "prefix", "was acknowledged"), ("no-folder-fsync", "names", "operation"),
    ("unsynced-snapshot", "drop:1", "snapshot"),
  ])
  func aMistakeIsFoundInOneRecording(bug: String, tier: String, said: String) throws {
    try record(load([Self.store.get()]), bug: bug)
    let run = try check(["--states", tier])
    #expect(run.status == 1, "\(run.result)\(run.errors)")
    #expect(run.result.contains("X03"), "\(run.result)")
    #expect(run.result.contains(said), "\(run.result)")
  }

  /// The one that is in reading what a crash has left.
  @Test func aTornRecordThatNobodyChecksIsFound() throws {
    try record(load([Self.store.get()]))
    #expect(try check(["--states", "torn"], bug: "torn-unchecked").status == 1)
    #expect(try check(["--states", "torn"]).status == 0)
  }

  @Test func theRightStorePasses() throws {
    try record(load([Self.store.get()]))
    for persona in ["ordered", "posix", "ext4"] {
      let run = try check([
        "--persona", persona, "--states", "prefix,flushed-only,drop:2,names,files,random:20",
      ])
      #expect(run.status == 0, "\(persona): \(run.result)\(run.errors)")
    }
  }

  /// A rename whose folder is never synced can be lost by the letter of POSIX, and where only names of one's own are
  /// synced; ext4 keeps it in the end, since the log was written to after it and synced.
  @Test func whatOnlySomeFileSystemsKeepIsToldApart() throws {
    try record(load([Self.store.get()]), bug: "no-folder-fsync")
    let options = ["--states", "prefix,names", "--from", "last", "--persona"]
    #expect(try check(options + ["posix"]).status == 1)
    #expect(try check(options + ["ordered"]).status == 1)
    #expect(try check(options + ["ext4"]).status == 0)
  }

  // MARK: One command

  private func test(_ options: [String], bug: String? = nil) throws -> ToolRun {
    let store = try Self.store.get()
    let load = "'\(store)' load {folder} 1 24" + (bug.map { " --bug \($0)" } ?? "")
    return try ToolRun(
      [
        "test", "--setup", "'\(store)' init {folder}", "--run", load, "--check",
        "'\(store)' verify {folder}", "--marks-from-stdout", "^(ack [0-9]+)",
      ] + options, in: place.folder.path)
  }

  /// Setup, run and check, and again: what the command has made is replaced, and nothing else.
  @Test func oneCommandDoesItAll() throws {
    let wrong = try test(["--states", "prefix,drop:1,names"], bug: "no-folder-fsync")
    #expect(wrong.status == 1, "\(wrong.result)\(wrong.errors)")
    #expect(wrong.result.contains("marks before the cut: "), "\(wrong.result)")
    #expect(wrong.result.contains("what is broken is broken in 2 ways:"), "\(wrong.result)")
    for line in [
      "  only if   lost: line 50, rename snapshot.tmp snapshot, by ",
      "  only if   kept: line 51, the length of 'log', 0 ",
    ] {
      #expect(wrong.result.contains(line), "\(wrong.result)")
    }
    #expect(
      wrong.result.contains("missing: an fsync of the folder '.', between line 50 and line 51"),
      "\(wrong.result)")
    let again = try ToolRun.line(wrong.reproduction, in: place.folder.path)
    #expect(again.status == 1, "\(again.errors)")
    // What was found is a recording, and can be bisected.
    let kept = try #require(
      try Folders.files(below: place.folder.path("powercut-test"), suffix: "joint.txt").first)
    let bisect = try ToolRun([
      "bisect", String(kept.dropLast("/joint.txt".count)), "--states", "prefix,names", "--command",
      "'\(try Self.store.get())' verify {folder}",
    ])
    #expect(bisect.status == 1, "\(bisect.result)\(bisect.errors)")
    #expect(bisect.result.contains("rename snapshot.tmp snapshot"), "\(bisect.result)")
    let right = try test(["--marks-at-least", "24", "--format", "json"])
    #expect(right.status == 0, "\(right.errors)")
    #expect(try right.json.object("counts").number("marks") == 24)
    try shell("mkdir '\(place.folder.path("mine"))'; echo x > '\(place.folder.path("mine/x"))'")
    let mine = try test(["--output", "mine"])
    #expect(mine.status == 2)
    #expect(mine.errors.contains("not from this command"), "\(mine.errors)")
    #expect(Folders.exists(place.folder.path("mine/x")))
  }

  @Test(arguments: [
    ("true {folder}", "false {folder}", 2, "run 'false {folder}' ended with exit status 1"),
    ("false {folder}", "true {folder}", 2, "setup 'false {folder}' ended with exit status 1"),
    ("true {folder}", "true {folder}", 3, ""),
    ("true {folder}", "'true", 64, "expected a second '"),
  ])
  func whatDoesNotRunIsNotJudged(setup: String, run: String, status: Int32, said: String) throws {
    let test = try ToolRun(
      ["test", "--setup", setup, "--run", run, "--check", "true {folder}"], in: place.folder.path)
    #expect(test.status == status, "\(test.result)\(test.errors)")
    #expect(said.isEmpty || test.errors.contains(said), "\(test.errors)")
  }

  @Test(arguments: ["python3", "java", "rustc"])
  func otherLanguagesAreJudgedAlike(language: String) throws {
    let program = try Self.program(language, in: place.folder)
    try record(load(program))
    let right = try check(["--states", "prefix,flushed-only,drop:1,names"])
    #expect(right.status == 0, "\(right.result)\(right.errors)")
    let second = try RecordingFolder()
    try Peer(program: Self.store.get(), package: "gcc").run(["init", second.watched])
    let run = try second.record(
      program + ["load", second.watched, "1", "8", "--bug", "early-ack"],
      options: ["--marks-from-stdout", "^(ack [0-9]+)"])
    try #require(run.status == 0, "\(run.errors)")
    let verify = "'\(try Self.store.get())' verify {folder}"
    let wrong = try ToolRun(["check", second.output, "--command", verify, "--states", "drop:1"])
    #expect(wrong.status == 1, "\(wrong.result)\(wrong.errors)")
  }

  private static func program(_ language: String, in folder: TemporaryFolder) throws -> [String] {
    let source = Repository.path("Tests/Programs/kv")
    switch language {
    case "java":
      try Peer(program: "javac", package: "default-jdk-headless").run([
        "-d", folder.path("classes"), "\(source)/Kv.java",
      ])
      return ["java", "-XX:-UsePerfData", "-cp", folder.path("classes"), "Kv"]
    case "rustc":
      try Peer(program: "rustc", package: "rustc").run([
        "-O", "--edition", "2021", "-o", folder.path("kv-rust"), "\(source)/kv.rs",
      ])
      return [folder.path("kv-rust")]
    default: return ["python3", "\(source)/kv.py"]
    }
  }
}

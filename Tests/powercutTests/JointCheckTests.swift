import Host
import TestSupport
import Testing

/// Programs that keep several files, from `record` to `check --command` and `replay`, through the real
/// executable.
@Suite(.serialized) struct JointCheckTests {
  /// `status` promises that `config` is there: whole, and once it says "new", the new one.
  private static let check = """
    status=$(cat "$1/status" 2>/dev/null); config=$(cat "$1/config" 2>/dev/null)
    case "$status" in
    new) [ "$config" = new ] || { echo "promised new, found '$config'"; exit 1; } ;;
    old) [ "$config" = old ] || [ "$config" = new ] || { echo "found '$config'"; exit 1; } ;;
    esac
    """

  private struct Case {
    let place: RecordingFolder
    let command: String

    init(_ mode: String) throws {
      place = try RecordingFolder()
      let program = try CompiledProgram("replace", in: place.folder)
      let run = try place.record([program.path, mode, place.watched])
      try #require(run.status == 0, "\(run.errors)\(run.result)")
      try OutputFile.write(JointCheckTests.check, to: place.folder.path("check.sh"))
      command = "bash '\(place.folder.path("check.sh"))' {folder}"
    }

    func check(_ options: [String] = []) throws -> ToolRun {
      try ToolRun(["check", place.output, "--command", command] + options)
    }
  }

  /// No command that answers is no check, and the reason is not the log's.
  @Test func aCommandThatNeverTellsHasCheckedNothing() throws {
    let place = try RecordingFolder()
    let record = try place.record([
      "sh", "-c", "echo x > \(place.watched)/a; echo y > \(place.watched)/b",
    ])
    #expect(record.status == 0, "\(record.errors)")
    let check = try ToolRun([
      "check", place.output, "--command", "sh -c 'exit 125' {folder}", "--format", "json",
    ])
    #expect(check.status == 3)
    #expect(
      try check.json.keys["reasons"] as? [String] == ["no command said good or bad of any state"])
  }

  @Test func aProgramThatSyncsFileAndFolderPasses() throws {
    let run = try Case("right").check()
    #expect(run.status == 0, "\(run.result)\(run.errors)")
    #expect(run.result.contains(" 0 broken"), "\(run.result)")
  }

  @Test(arguments: [
    ("no-folder-sync", "drop:1", "promised new, found 'old'"),
    ("no-folder-sync", "names", "promised new, found 'old'"),
    ("no-folder-sync", "flushed-only", "promised new, found 'old'"),
    ("no-file-sync", "drop:1", "found ''"),
    ("no-file-sync", "flushed-only", "found ''"),
  ])
  func aForgottenSyncIsFound(mode: String, tier: String, said: String) throws {
    let made = try Case(mode)
    let run = try made.check(["--states", tier])
    #expect(run.status == 1, "\(run.result)\(run.errors)")
    #expect(run.result.contains("X03"), "\(run.result)")
    #expect(run.result.contains("stdout: \(said)"), "\(run.result)")

    // The line at the end finds the same again.
    let again = try ToolRun.line(run.reproduction)
    #expect(again.status == 1, "\(again.errors)")

    // The line for the folder writes what the command saw.
    let marker = "the folder: "
    let line = try #require(run.result.split(separator: "\n").first { $0.contains(marker) })
    let words = try #require(line.ranges(of: marker).first)
    let replay = try ToolRun.line(String(line[words.upperBound...]), in: made.place.folder.path)
    #expect(replay.status == 0, "\(replay.errors)")
    let left = try ChildProcess.run(
      argv: ["bash", made.place.folder.path("check.sh"), made.place.folder.path("state")])
    #expect(left.status == .exited(1))
    #expect(left.outputText.hasPrefix(said))
  }

  /// Nothing lost, the program keeps its promise at every moment.
  @Test func whatAForgottenSyncNeedsIsALoss() throws {
    #expect(try Case("no-folder-sync").check(["--states", "prefix"]).status == 0)
  }

  @Test func aStateIsWrittenAsAFolder() throws {
    let made = try Case("right")
    let output = made.place.folder.path("last")
    let run = try ToolRun(["replay", made.place.output, "--output", output])
    #expect(run.status == 0, "\(run.errors)")
    try shell("diff -r '\(made.place.watched)' '\(output)'")

    let first = made.place.folder.path("first")
    let none = try ToolRun(["replay", made.place.output, "--state", "cut:0", "--output", first])
    #expect(none.status == 0, "\(none.errors)")
    #expect(try Folders.names(in: first).isEmpty)

    let again = try ToolRun(["replay", made.place.output, "--output", output])
    #expect(again.status == 2)
    #expect(again.errors.contains("is not empty"), "\(again.errors)")
    let wrong = try ToolRun([
      "replay", made.place.output, "--state", "cut:1 names:7", "--output", first,
    ])
    #expect(wrong.status == 2)
    #expect(
      wrong.errors.contains("'names': expected of 1 changes of names, losses of these: 0, found 7"),
      "\(wrong.errors)")
  }

  @Test func severalFilesAreJudgedByACommandForFolders() throws {
    let made = try Case("right")
    let none = try ToolRun(["check", made.place.output])
    #expect(none.status == 2)
    #expect(none.errors.contains("--command 'CMD {folder}'"), "\(none.errors)")
    let image = try ToolRun(["check", made.place.output, "--command", "test -e {image}"])
    #expect(image.status == 2)
    #expect(image.errors.contains("so write {folder}"), "\(image.errors)")
    let folder = try ToolRun([
      "check", "\(made.place.output)/config", "--command", "test -e {folder}",
    ])
    #expect(folder.status == 2)
    #expect(folder.errors.contains("so write {image}"), "\(folder.errors)")
    let tier = try made.check(["--states", "fua-only"])
    #expect(tier.status == 2)
    #expect(tier.errors.contains("names, files, random:N"), "\(tier.errors)")
  }

  @Test func whatIsLeftOutIsInNoFolder() throws {
    let made = try Case("right")
    let command = "bash -c '! test -e $0/config.tmp' {folder}"
    let all = try ToolRun(["check", made.place.output, "--command", command])
    #expect(all.status == 1)
    let some = try ToolRun([
      "check", made.place.output, "--command", command, "--leave-out", "*.tmp",
    ])
    #expect(some.status == 0, "\(some.result)\(some.errors)")
  }

  /// A file that was there and was never written to is back where its replacement is lost.
  @Test func whatARenameReplacesIsKept() throws {
    let place = try RecordingFolder()
    try shell("printf old > '\(place.watched)/config'")
    let run = try place.record([
      "bash", "-c", "cd '\(place.watched)'; printf new > config.tmp; mv config.tmp config",
    ])
    try #require(run.status == 0, "\(run.errors)")
    let check = try ToolRun([
      "check", place.output, "--states", "names", "--command", "test -s {folder}/config",
    ])
    // Contents that were not synced can be lost, the name cannot.
    #expect(check.status == 1, "\(check.result)")
    let command =
      "bash -c 'grep -q old $0/config || test -e $0/config -a ! -e $0/config.tmp' {folder}"
    let names = try ToolRun([
      "check", place.output, "--states", "names", "--command", command,
    ])
    #expect(names.status == 0, "\(names.result)\(names.errors)")
    try shell("cat '\(place.output)'/untouched/* | grep -qx old")
  }

  @Test func whatIsRemovedIsKept() throws {
    let place = try RecordingFolder()
    try shell("printf old > '\(place.watched)/config'")
    let run = try place.record([
      "bash", "-c", "cd '\(place.watched)'; printf other > other; rm config",
    ])
    try #require(run.status == 0, "\(run.errors)")
    let command = "bash -c '! test -e $0/config || grep -q old $0/config' {folder}"
    let check = try ToolRun(["check", place.output, "--states", "names", "--command", command])
    #expect(check.status == 0, "\(check.result)\(check.errors)")
    #expect(!check.result.contains("left out"), "\(check.result)")
    let gone = try ToolRun([
      "check", place.output, "--states", "names", "--command", "test -e {folder}/config",
    ])
    #expect(gone.status == 1, "\(gone.result)")
  }

  /// The files of a folder come with it.
  @Test func filesOfARenamedFolderAreInItsStates() throws {
    let place = try RecordingFolder()
    try shell("mkdir -p '\(place.watched)/folder/in'; printf old > '\(place.watched)/folder/in/it'")
    let run = try place.record([
      "bash", "-c", "cd '\(place.watched)'; mv folder other; printf new > other/config.new",
    ])
    try #require(run.status == 0, "\(run.errors)")
    let command = "bash -c 'cd $0; grep -q old folder/in/it || grep -q old other/in/it' {folder}"
    let check = try ToolRun(["check", place.output, "--command", command])
    #expect(check.status == 0, "\(check.result)\(check.errors)")
    #expect(!check.result.contains("left out"), "\(check.result)")
  }

  /// What was not kept is not judged, and that is said.
  @Test func contentsThatNobodyKnowsAreSaid() throws {
    let place = try RecordingFolder()
    try shell("mkdir '\(place.watched)/folder'; echo 1 > '\(place.watched)/folder/config'")
    let run = try place.record([
      "bash", "-c", "cd '\(place.watched)'; mv folder other; printf new > other/config.new",
    ])
    try #require(run.status == 0, "\(run.errors)")
    try shell("rm '\(place.output)'/untouched/*")
    let check = try ToolRun(["check", place.output, "--command", "test -d {folder}"])
    #expect(check.status == 3, "nothing could be judged: \(check.errors)")
    #expect(check.result.contains("nobody knows what 'folder/config"), "\(check.result)")
  }

  /// Of some states nobody knows what a file holds: the others say nothing of those.
  @Test(arguments: ["text", "json", "junit"]) func aPartThatNobodyKnowsIsNoPass(format: String)
    throws
  {
    let place = try RecordingFolder()
    try shell("cd '\(place.watched)'; echo old > a; echo kept > b")
    let run = try place.record([
      "sh", "-c", "rm '\(place.watched)/a'; echo c > '\(place.watched)/c'",
    ])
    try #require(run.status == 0, "\(run.errors)")
    try shell("grep -lx old '\(place.output)'/untouched/* | xargs rm")
    for command in ["check", "bisect"] {
      let judged = try ToolRun([
        command, place.output, "--command", "test -d {folder}", "--format", format,
      ])
      #expect(judged.status == 2, "\(command): \(judged.result)")
      #expect(judged.result.contains("nobody knows what 'a' holds"), "\(command): \(judged.result)")
    }
  }
}

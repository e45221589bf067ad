import Host
import TestSupport
import Testing

/// Recordings that keep of a large file what was changed: the rest stands in the file.
@Suite struct LentRecordingTests {
  /// Numbers from 1 on, as text; then six bytes of it are written over and made durable.
  private static func recorded(_ options: [String] = ["--keep-whole", "0"]) throws
    -> RecordingFolder
  {
    let made = try RecordingFolder()
    try shell(
      "seq 1 200000 > '\(made.watched)/f'; cp '\(made.watched)/f' '\(made.folder.path("before"))'")
    let run = try made.record(
      [
        "python3", "-c",
        "import os,sys; f=os.open(sys.argv[1],os.O_RDWR); os.pwrite(f,b'abcdef',500000); os.fsync(f)",
        "\(made.watched)/f",
      ], options: options)
    #expect(run.status == 0, "\(run.errors)")
    return made
  }

  @Test func everyStateIsThatOfAWholeRecording() throws {
    let made = try Self.recorded()
    #expect(!Folders.exists("\(made.output)/f/base.img"))
    #expect(Folders.exists("\(made.output)/f/base.lent"))
    try made.compareReplay(of: "f", with: "f")
    let first = made.folder.path("first.img")
    let run = try ToolRun(["replay", "\(made.output)/f", "--at", "0", "--output", first])
    #expect(run.status == 0, "\(run.errors)")
    try shell("cmp '\(first)' '\(made.folder.path("before"))'")
    // What is kept is a few pages of 1.2 MB.
    try shell("test $(du -k '\(made.output)/f' | cut -f1) -lt 200")
    let check = try ToolRun(["check", "\(made.output)/f", "--states", "prefix,drop:1,torn"])
    #expect(check.status == 0, "\(check.result) \(check.errors)")
  }

  @Test(arguments: [
    "printf x >> F", "printf x | dd of=F conv=notrunc status=none", "rm F", "cp F G; mv G F",
  ])
  func aFileThatWasChangedSinceIsNoBase(change: String) throws {
    let made = try Self.recorded()
    try shell("cd '\(made.watched)'; " + change.replacing("F", with: "f"))
    for form in ["text", "json", "junit"] {
      let run = try ToolRun(["check", "\(made.output)/f", "--format", form])
      #expect(run.status == 2, "\(run.result)")
      #expect((run.result + run.errors).contains("--keep-whole"), "\(run.result)")
      #expect(!run.result.contains("passed:"))
    }
  }

  /// A command that writes to the file while states are judged: the report itself says that nothing holds.
  @Test func aFileThatIsChangedWhileStatesAreJudgedEndsInNoPass() throws {
    let made = try Self.recorded()
    let run = try ToolRun([
      "check", "\(made.output)/f", "--states", "prefix", "--command",
      "sh -c 'printf x >> \"$1\"' sh '\(made.watched)/f' {image}",
    ])
    #expect(run.status == 2, "\(run.result)")
    #expect(!run.result.contains("passed:"), "\(run.result)")
    #expect(run.result.contains("has been changed since"), "\(run.result)")
  }

  @Test func aSmallFileIsKeptWhole() throws {
    let made = try Self.recorded([])
    #expect(Folders.exists("\(made.output)/f/base.img"))
    try shell("printf x >> '\(made.watched)/f'")
    let check = try ToolRun(["check", "\(made.output)/f", "--states", "prefix"])
    #expect(check.status == 0, "\(check.result) \(check.errors)")
  }
}

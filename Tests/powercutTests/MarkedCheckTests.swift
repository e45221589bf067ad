import Host
import TestSupport
import Testing

/// Marks, from the program to the judge: what it had promised by the cut, and in which cuts it is judged at all.
@Suite(.serialized) struct MarkedCheckTests {
  private let place: RecordingFolder

  init() throws { place = try RecordingFolder() }

  /// Appends to a log, syncs every second line, and says of each that it is safe.
  private static let program = """
    import os, sys
    marks = open(os.environ['POWERCUT_MARKS'], 'a') if sys.argv[2] == 'file' else sys.stdout
    log = os.open(sys.argv[1] + '/log', os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    folder = os.open(sys.argv[1], os.O_RDONLY)
    os.fsync(log); os.fsync(folder)
    print('begin', file=marks, flush=True)
    for n in range(1, 5):
        os.write(log, b'line %d\\n' % n)
        if n % 2 == 0 or sys.argv[3] == 'right': os.fsync(log)
        print('ack', n, file=marks, flush=True)
    print('end', file=marks, flush=True)
    """

  /// Every line that was acknowledged must be there.
  private static let judge = """
    import os, sys
    acks = [int(l.split()[1]) for l in open(os.environ['POWERCUT_MARKS_BEFORE']) if l.startswith('ack')]
    lines = open(sys.argv[1] + '/log').read().split('\\n')[:-1]
    missing = [n for n in acks if 'line %d' % n not in lines]
    if missing: sys.exit('line %d is missing at cut %s of %s in %s, seed %s' % (missing[0],
      os.environ['POWERCUT_CUT'], os.environ['POWERCUT_STATE'], os.environ['POWERCUT_TIER'],
      os.environ['POWERCUT_SEED']))
    """

  private func record(_ way: String, _ kind: String) throws {
    try OutputFile.write(Self.program, to: place.folder.path("program.py"))
    try OutputFile.write(Self.judge, to: place.folder.path("judge.py"))
    let run = try place.record(
      ["python3", place.folder.path("program.py"), place.watched, way, kind],
      options: way == "file" ? [] : ["--marks-from-stdout", "^(ack [0-9]+)|^begin$|^end$"])
    try #require(run.status == 0, "\(run.errors)")
    #expect(run.result.contains("marks: 6\n"), "\(run.result)")
    #expect(run.result.contains("ack 3\n") == (way != "file"))
  }

  private func check(_ options: [String]) throws -> ToolRun {
    let judge = "python3 '\(place.folder.path("judge.py"))' {folder}"
    return try ToolRun(["check", place.output, "--command", judge, "--from", "begin"] + options)
  }

  @Test(arguments: ["file", "stdout"]) func whatWasPromisedIsHeldAgainstTheState(way: String) throws
  {
    try record(way, "right")
    let right = try check(["--marks-at-least", "6"])
    #expect(right.status == 0, "\(right.result)\(right.errors)")
    #expect(right.result.contains(" 0 broken"))
    #expect(right.result.contains("only the cuts "), "\(right.result)")
  }

  @Test func aPromiseThatCameTooEarlyIsFound() throws {
    try record("file", "wrong")
    let wrong = try check(["--states", "drop:1", "--seed", "7"])
    #expect(wrong.status == 1, "\(wrong.result)\(wrong.errors)")
    #expect(wrong.result.contains("stderr: line 1 is missing at cut "), "\(wrong.result)")
    #expect(wrong.result.contains(" in drop:1, seed 7"), "\(wrong.result)")
    #expect(wrong.result.contains("marks before the cut: 2, the last: ack 1"), "\(wrong.result)")
    #expect(try check(["--states", "prefix"]).status == 0)
    // The line at the end says so again.
    #expect(try ToolRun.line(wrong.reproduction).status == 1)
    // In front of the first promise there is nothing to break.
    #expect(try check(["--states", "prefix,drop:1", "--to", "mark:begin"]).status == 0)

    let bisect = try ToolRun([
      "bisect", place.output, "--command", "python3 '\(place.folder.path("judge.py"))' {folder}",
      "--states", "prefix,drop:1", "--from", "mark:begin",
    ])
    #expect(bisect.status == 1, "\(bisect.result)\(bisect.errors)")
    #expect(bisect.result.contains("CULPRIT  line "), "\(bisect.result)")
    #expect(bisect.result.contains("mark ack 1"), "\(bisect.result)")
    #expect(
      bisect.result.contains("  names that differ\n    log: good a file of 7 bytes"),
      "\(bisect.result)")
  }

  @Test func withoutMarksNothingWasPromised() throws {
    let run = try place.record(["sh", "-c", "echo x > '\(place.watched)/log'"])
    try #require(run.status == 0, "\(run.errors)")
    let check = try ToolRun([
      "check", place.output, "--command", "true {folder}", "--marks-at-least", "1", "--format",
      "json",
    ])
    #expect(check.status == 3)
    #expect(
      try check.json.keys["reasons"] as? [String]
        == ["the recording has 0 marks, and at least 1 were asked for"])
  }

  @Test(arguments: [
    (
      ["--from", "mark:none"],
      "--from 'none': the log has no mark with this text; it has 'begin', 'ack 1'"
    ),
    (["--from", "99"], "--from 99: the log has "),
    (["--from", "mark:end", "--to", "mark:begin"], "which is before --from mark:end"),
  ])
  func aPlaceThatIsNotThereIsAnError(options: [String], said: String) throws {
    try record("file", "right")
    let run = try ToolRun(["check", place.output, "--command", "true {folder}"] + options)
    #expect(run.status == 2)
    #expect(run.errors.contains(said), "\(run.errors)")
  }

  /// `replay --at mark:NAME` is the folder at that moment.
  @Test func aStateIsNamedByItsMark() throws {
    try record("file", "right")
    let state = place.folder.path("state")
    let run = try ToolRun([
      "replay", place.output, "--folder", "--at", "mark:ack 3", "--output", state,
    ])
    #expect(run.status == 0, "\(run.errors)")
    #expect(try InputFile.text("\(state)/log") == "line 1\nline 2\nline 3\n")
  }

  /// A program in C says what it promises by the header.
  @Test func theHeaderIsAMark() throws {
    let source = place.folder.path("marks.c")
    try OutputFile.write(
      """
      #include "powercut.h"
      int main(void) { return powercut_mark("ack 1") | powercut_mark("ack 2"); }

      """, to: source)
    let program = place.folder.path("marks")
    try Peer(program: "cc", package: "gcc").run([
      "-Wall", "-Wextra", "-Werror", "-I", Repository.path("include"), "-o", program, source,
    ])
    // Nobody records.
    try Peer(program: program, package: "gcc").run([])
    let run = try place.record(["sh", "-c", "echo x > '\(place.watched)/log'; '\(program)'"])
    #expect(run.status == 0, "\(run.errors)")
    #expect(try place.names.suffix(2) == ["mark ack%201", "mark ack%202"])
  }
}

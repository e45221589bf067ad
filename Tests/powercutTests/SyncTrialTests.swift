import Host
import TestSupport
import Testing

/// Which syncs a program could do without, as far as its judge can tell.
@Suite struct SyncTrialTests {
  private let place: RecordingFolder

  init() throws { place = try RecordingFolder() }

  /// Replaces `value` three times, with two syncs of the new file where one is enough, and promises each number.
  private static let program = """
    #include <fcntl.h>
    #include <stdio.h>
    #include <unistd.h>
    static void store(int number) {
      int f = open("new", O_CREAT | O_TRUNC | O_WRONLY, 0600);
      dprintf(f, "%d", number);
      fsync(f);
      fdatasync(f);
      close(f);
      rename("new", "value");
    }
    int main(int count, char **words) {
      if (count < 2 || chdir(words[1])) return 2;
      for (int number = 1; number <= 3; number++) {
        store(number);
        int here = open(".", O_RDONLY);
        fsync(here);
        close(here);
        printf("ack %d\\n", number);
        fflush(stdout);
      }
      int f = open("log", O_CREAT | O_WRONLY, 0600);
      dprintf(f, "end");
      fsync(f);
    }
    """

  /// The number that was promised last, or a later one.
  private static let checker = """
    import os, sys
    marks = [int(line.split()[1]) for line in open(os.environ['POWERCUT_MARKS_BEFORE'])]
    path = sys.argv[1] + '/value'
    text = open(path).read() if os.path.exists(path) else '0'
    sys.exit(0 if text.isdigit() and int(text) >= max(marks, default=0) else 'lost')
    """

  private func check() throws -> ToolRun {
    let source = place.folder.path("p.c")
    let program = place.folder.path("p")
    let checker = place.folder.path("checker.py")
    try OutputFile.write(Self.program, to: source)
    try OutputFile.write(Self.checker, to: checker)
    try Peer(program: "cc", package: "gcc").run(["-g", "-o", program, source])
    let run = try place.record(
      [program, place.watched], options: ["--marks-from-stdout", "^(ack [0-9]+)"])
    try #require(run.status == 0, "\(run.errors)")
    return try ToolRun(
      ["check", place.output, "--syncs", "--command", "python3 '\(checker)' {folder}"])
  }

  private func syncs(_ run: ToolRun) -> [String] {
    run.result.split(separator: "\n").filter { $0.hasPrefix("syncs: ") }.map(String.init)
  }

  @Test func eachCallIsLeftOutInTurn() throws {
    let run = try check()
    #expect(run.status == 0, "\(run.result)\(run.errors)")
    let syncs = syncs(run)
    let nothing = "nothing is there without it that is not there with it"
    let folder =
      "syncs: an fsync of the folder '.', by main, p.c:17, 3 times: needed, for without it "
    let log = "syncs: a sync of 'log', by main, p.c:24, once: "
    try #require(syncs.count == 4, "\(syncs)")
    #expect(syncs[0] == "syncs: a sync of 'new', by store, p.c:7, 3 times: \(nothing)")
    #expect(syncs[1] == "syncs: a sync of 'new', by store, p.c:8, 3 times: \(nothing)")
    #expect(syncs[2].hasPrefix(folder), "\(syncs)")
    #expect(syncs[3].hasPrefix(log), "\(syncs)")
    // The state that needs it is one that the program with the sync cannot leave.
    let state = try #require(syncs[2].split(separator: "'").dropLast().last)
    let replay = try ToolRun([
      "replay", place.output, "--folder", "--state", String(state), "--output",
      place.folder.path("state"),
    ])
    #expect(replay.status != 0)
  }

  @Test func ofWhatIsBrokenAnywayNothingIsSaid() throws {
    _ = try check()
    let broken = try ToolRun([
      "check", place.output, "--syncs", "--command", "grep -q 3 {folder}/value",
    ])
    #expect(broken.status == 1)
    #expect(
      syncs(broken) == ["syncs: not looked at, for states are refused with them"],
      "\(broken.result)")
  }

  @Test func itBelongsToRecordingsOfSeveralFiles() throws {
    _ = try check()
    let run = try ToolRun([
      "check", "\(place.output)/log", "--syncs", "--command", "test -f {image}",
    ])
    #expect(run.status == 64)
    #expect(run.errors.contains("--syncs is for recordings of several files"), "\(run.errors)")
  }
}

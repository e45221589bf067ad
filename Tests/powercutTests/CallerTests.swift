import Bytes
import Host
import TestSupport
import Testing

/// Who made a lost write, as a report says it.
@Suite struct CallerTests {
  /// By the call itself, through a library's function of ours, by a stream that is flushed, and by one that is full.
  private static let program = """
    #include <fcntl.h>
    #include <stdio.h>
    #include <unistd.h>
    static void put(int f) {
      if (write(f, "a", 1) != 1) _exit(3);
    }
    int main(int count, char **words) {
      if (chdir(words[1])) return 2;
      int f = open("plain", O_CREAT | O_WRONLY, 0600);
      put(f);
      dprintf(f, "b");
      FILE *s = fopen("stream", "w");
      fputs("c", s);
      fflush(s);
      fputs("d", s);
      fclose(s);
      s = fopen("full", "w");
      for (int i = 0; i < 5000; i++) fputc('e', s);
      rename("plain", "moved");
      return count - 2;
    }
    """

  /// Nothing of it may be zero.
  private static let checker = """
    import os, sys
    right = {'plain': 'ab', 'moved': 'ab', 'stream': 'cd', 'full': 'e' * 5000}
    for name in sorted(os.listdir(sys.argv[1])):
        for byte, letter in zip(open(sys.argv[1] + '/' + name, 'rb').read(), right[name]):
            if byte == 0: sys.exit('zero for ' + letter)
    """

  private let place: RecordingFolder

  init() throws { place = try RecordingFolder() }

  /// The lines of a report that say what has to be lost.
  private func lost(_ options: [String], afterwards: String = ":") throws -> [String] {
    let source = place.folder.path("p.c")
    let program = place.folder.path("p")
    let checker = place.folder.path("checker.py")
    try OutputFile.write(Self.program, to: source)
    try OutputFile.write(Self.checker, to: checker)
    try Peer(program: "cc", package: "gcc").run(options + ["-o", program, source])
    let run = try place.record([program, place.watched])
    try #require(run.status == 0, "\(run.errors)")
    try shell("cd '\(place.folder.path)'; \(afterwards)")
    let check = try ToolRun([
      "check", place.output, "--states", "drop:1", "--command", "python3 '\(checker)' {folder}",
    ])
    #expect(check.status == 1, "\(check.result)\(check.errors)")
    return check.result.split(separator: "\n").filter { $0.contains("lost: line ") }
      .compactMap { $0.split(separator: ", ", maxSplits: 1).last.map(String.init) }
  }

  @Test func withDebugInformationTheLineIsNamed() throws {
    let lost = try lost(["-g"])
    #expect(
      lost == [
        "a write to 'plain', [0, 512), by put, p.c:5",
        "a write to 'plain', [0, 512), by main, p.c:11",
        "a write to 'stream', [0, 512), by main, p.c:14",
        "a write to 'stream', [0, 512), by main, p.c:16",
        "a write to 'full', [0, 4096), by a stream of the C library, 'libc.so.6'",
      ], "\(lost.joined(separator: "\n"))")
  }

  @Test func withoutItTheFunctionIsNamed() throws {
    #expect(try lost([]).first == "a write to 'plain', [0, 512), by put in 'p'")
  }

  @Test(arguments: ["strip p", "cc -g -O3 -o p p.c"])
  func ofAProgramThatIsAnotherOneNowThePlaceIsNamed(afterwards: String) throws {
    let words = try #require(try lost(["-g"], afterwards: afterwards).first)
    #expect(words.hasPrefix("a write to 'plain', [0, 512), by 'p', byte "), "\(words)")
  }

  @Test func withoutTheFileNothingIsNamed() throws {
    #expect(
      try lost(["-g"], afterwards: "rm output/calls.txt").first == "a write to 'plain', [0, 512)")
  }

  @Test(arguments: ["call 1 1 5", "file 2 1 1 /p", "file 1 1 /p", "file 1 1 1 /p\ncall 1 1", "x"])
  func aDamagedFileIsAnError(line: String) throws {
    try #require(try place.record(["sh", "-c", "echo a > '\(place.watched)/f'"]).status == 0)
    try OutputFile.write("\(line)\n", to: "\(place.output)/calls.txt")
    let check = try ToolRun(["check", place.output, "--command", "test -d {folder}"])
    #expect(check.status == 2)
    #expect(check.errors.contains("calls.txt: 'line "), "\(check.errors)")
  }
}

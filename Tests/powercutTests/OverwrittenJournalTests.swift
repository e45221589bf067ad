import Host
import TestSupport
import Testing

/// A program that writes over the journal of its own recording, which it could by accident as well.
@Suite struct OverwrittenJournalTests {
  private static let journal = "\"$POWERCUT_JOURNAL\""

  /// What is done to the journal, and a word of what is said of it.
  private static let damages = [
    ("truncate -s 0 \(journal)", "is not there any more"),
    ("truncate -s 262144 \(journal)", "is not there any more"),
    (
      "head -c 8192 /dev/urandom | dd of=\(journal) conv=notrunc",
      "The program has written to memory"
    ),
    ("head -c 8192 /dev/zero | dd of=\(journal) conv=notrunc", "The program has written to memory"),
    (
      "printf '\\377\\377\\377\\377\\377\\377\\377\\377' | dd of=\(journal) bs=8 seek=2 conv=notrunc",
      "The program has written to memory"
    ),
    (
      "head -c 262144 /dev/urandom | dd of=\(journal) bs=262144 seek=1 conv=notrunc",
      "The program has written to memory"
    ),
    ("rm \(journal)", "not recorded"),
  ]

  @Test(arguments: damages)
  func itIsAnErrorOfTheRecording(damage: String, message: String) throws {
    let place = try RecordingFolder()
    let file = "'\(place.watched)/file'"
    let script =
      "echo a > \(file); \(damage) 2> /dev/null; sleep 0.1; /bin/echo b >> \(file); echo c >> \(file)"
    let run = try place.record(["sh", "-c", script])
    #expect(run.status == 2, "\(run.result) \(run.errors)")
    #expect(run.errors.contains(message), "\(run.errors)")
    // What was recorded until then says that it is not all.
    let check = try ToolRun(["check", place.output, "--format", "json"])
    #expect(check.status != 0, "\(check.result) \(check.errors)")
  }
}

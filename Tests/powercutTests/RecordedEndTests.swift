import Host
import TestSupport
import Testing

/// `record` reads back what it has recorded: a log or an order that was spoiled while it was written is no
/// whole recording, for `record` itself and for whoever reads it later.
@Suite struct RecordedEndTests {
  private let place: RecordingFolder

  init() throws { place = try RecordingFolder() }

  /// - Parameter spoil: bash, between the two parts of the program; `$1` is the output folder.
  private func record(_ spoil: String) throws -> ToolRun {
    let program = """
      cd '\(place.watched)'
      mkdir sub; printf 'first part' > sub/a; ln -s sub/a link; printf other > b
      until [ -s "$1/b/writes.log" ]; do sleep 0.05; done; sleep 0.3
      \(spoil)
      printf 'second part' >> sub/a
      """
    return try place.record(["bash", "-c", program, "bash", place.output])
  }

  @Test func whatIsReadBackAsItWasIsWhole() throws {
    let run = try record(":")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors.isEmpty)
  }

  /// Byte 1024 of the log is the first of entry 0's data.
  @Test func aSpoiledLogIsSaid() throws {
    let run = try record(
      "printf Z | dd of=\"$1/sub+a/writes.log\" bs=1 seek=1024 conv=notrunc status=none")
    try expectIncomplete(run, "sub+a/writes.log: ")
  }

  @Test(arguments: [
    (
      "symlink", "symlonk",
      "'link': the last state of joint.txt has nothing of this name, the folder has a link"
    ),
    (
      " link sub/a", " link sub/c",
      "'link': the last state of joint.txt has a link to 'sub/c', the folder has a link"
    ),
  ])
  func aSpoiledOrderIsSaid(found: String, words: String, sentence: String) throws {
    let run = try record(
      """
      place=$(grep -abo '\(found)' "$1/joint.txt" | head -n 1 | cut -d: -f1)
      printf '\(words)' | dd of="$1/joint.txt" bs=1 seek=$place conv=notrunc status=none
      """)
    try expectIncomplete(run, sentence)
  }

  private func expectIncomplete(_ run: ToolRun, _ sentence: String) throws {
    #expect(run.status == 2, "\(run.result)\(run.errors)")
    #expect(run.errors.contains("not recorded as it was: "), "\(run.errors)")
    #expect(run.errors.contains(sentence), "\(run.errors)")
    let check = try ToolRun([
      "check", place.output, "--command", "test -d {folder}", "--format", "json",
    ])
    #expect(check.status == 2, "\(check.result)")
    #expect(try check.json.text("outcome") == "incomplete")
  }
}

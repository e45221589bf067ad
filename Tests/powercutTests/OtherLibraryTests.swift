import Host
import TestSupport
import Testing

/// Programs whose C library is musl: they run as they do without a recorder, and what they do by calls is
/// recorded. Its streams write past every hook, and that is said.
@Suite(.serialized) struct OtherLibraryTests {
  private let place: RecordingFolder
  private let program: String

  init() throws {
    place = try RecordingFolder()
    program = place.folder.path("other-library")
    try Peer(program: "musl-gcc", package: "musl-tools").run([
      "-Wall", "-Wextra", "-Werror", "-O1", "-o", program,
      Repository.path("Tests/Programs/other-library.c"),
    ])
  }

  /// What the program leaves without a recorder.
  private func runPlainly(_ words: [String]) throws -> String {
    let plain = place.folder.path("plain")
    try Folders.create(plain)
    try Peer(program: program, package: "musl-tools").run([plain] + words)
    return plain
  }

  @Test func callsAreRecorded() throws {
    let plain = try runPlainly([])
    let run = try place.record([program, place.watched])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.result.contains("command: exit status 0\n"), "\(run.errors)")
    let state = place.folder.path("state")
    let replay = try ToolRun([
      "replay", place.output, "--folder", "--at", "last", "--output", state,
    ])
    #expect(replay.status == 0, "\(replay.errors)")
    try shell(
      """
      diff -r --no-dereference '\(plain)' '\(place.watched)'
      diff -r --no-dereference '\(state)' '\(place.watched)'
      """)
  }

  @Test func aStreamIsSaidNotToBeSeen() throws {
    let plain = try runPlainly(["stream"])
    let run = try place.record([program, place.watched, "stream"])
    #expect(run.status == 2, "\(run.result)")
    #expect(run.result.contains("command: exit status 0\n"), "\(run.errors)")
    #expect(
      run.errors.contains(
        "/stream' is written through a stream of a C library that is not known here"),
      "\(run.errors)")
    try shell("diff -r --no-dereference '\(plain)' '\(place.watched)'")
    let check = try ToolRun(["check", place.output, "--command", "true {folder}"])
    #expect(check.status == 2, "\(check.result)")
  }
}

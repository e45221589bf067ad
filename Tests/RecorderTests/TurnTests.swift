import Glibc
import Host
import TestSupport
import Testing

@testable import Recorder

/// Where the recorder owns the order, nobody who waits for a turn keeps another from asking for one: both of
/// two threads are seen waiting, and either may go first.
@Suite(.serialized) struct TurnTests {
  private let folder: TemporaryFolder
  private let watched: String
  private let program: String

  init() throws {
    folder = try TemporaryFolder()
    watched = folder.path("watched")
    program = try CompiledProgram("two-at-once", in: folder).path
    try shell(
      "mkdir '\(watched)'; cd '\(watched)'; for f in one two source; do echo 12345678 > $f; done")
  }

  @Test(arguments: [
    "write", "append", "writev", "pwritev2", "copy_file_range", "sendfile", "dprintf", "stream",
    "rename", "unlink", "link", "mkdir", "create",
  ])
  func nobodyHoldsALockWhileWaiting(kind: String) throws {
    var options = try Recorder.Options(
      watched: watched, output: folder.path("out"),
      libraryPath: BuiltProduct.preloadedLibrary())
    options.control = Recorder.Control(processor: 0, seed: 1)
    let recorder = try Recorder(options) { _ in "" }
    defer { recorder.close() }
    let argv = [program, kind, watched]
    let process = try StartedProcess(argv: argv, environment: recorder.environment)
    defer { _ = process.end() }
    try poll(recorder) { recorder.held.count == 2 || process.hasEnded }
    #expect(Set(recorder.held.map(\.task)).count == 2, "only one of two waits: \(recorder.held)")
    // The one that came last goes first.
    for operation in recorder.held.reversed() {
      let number = operation.number
      recorder.release(operation, .go)
      try poll(recorder) { !recorder.held.contains { $0.number == number } }
    }
    try poll(recorder) {
      for operation in recorder.held { recorder.release(operation, .go) }
      return process.hasEnded
    }
    #expect(process.hasEnded)
    let outcome = try recorder.finish(process.end(), of: argv)
    #expect(outcome.commandStatus == .exited(0))
    #expect(outcome.problems.isEmpty, "\(outcome.problems)")
  }

  /// Takes what the program does until `isEnough`, for ten seconds at most.
  private func poll(_ recorder: Recorder, until isEnough: () -> Bool) throws {
    for _ in 0..<5000 {
      try recorder.poll()
      while try recorder.answerTouch() {}
      if isEnough() { return }
      usleep(2_000)
    }
  }
}

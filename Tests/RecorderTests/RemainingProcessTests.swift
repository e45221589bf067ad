import Glibc
import Host
import TestSupport
import Testing

@testable import Recorder

/// What a command has started and left running when it has ended.
@Suite struct RemainingProcessTests {
  private let folder: TemporaryFolder
  private let watched: String

  init() throws {
    folder = try TemporaryFolder()
    watched = try Paths.absolute(folder.path) + "/watched"
    try Folders.create(watched)
  }

  private func record(_ script: String) throws -> Recorder.Outcome {
    let options = try Recorder.Options(
      watched: watched, output: folder.path("output"),
      libraryPath: BuiltProduct.preloadedLibrary())
    return try Recorder(options) { _ in "" }.run(["sh", "-c", script, "sh", watched]) { false }
  }

  @Test(arguments: ["", "setsid "]) func whatItDoesIsRecorded(_ prefix: String) throws {
    let outcome = try record(
      #"\#(prefix)sh -c 'sleep 0.3; echo late > "$1/late"' sh "$1" & echo soon > "$1/soon""#)
    #expect(outcome.problems == [])
    #expect(
      try JointLines.read(folder.path("output")).filter { $0.contains(": write") } == [
        "soon: write 0 512", "late: write 0 512",
      ])
  }

  @Test func whatDoesNotEndIsKilledAndNamed() throws {
    let outcome = try record(#"setsid sleep 600 & echo $! > "$1/../number""#)
    #expect(outcome.problems == [.stillRunning(name: "sleep")])
    let number = try InputFile.text(folder.path("number")).dropLast()
    // Nobody may have asked how it ended.
    let status = (try? InputFile.text("/proc/\(number)/stat")) ?? "(sleep) Z"
    #expect(status.contains("(sleep) Z"))
  }

  @Test func aMissingWaitIsNoProblemOfAnInterruptedRecording() throws {
    let options = try Recorder.Options(
      watched: watched, output: folder.path("output"),
      libraryPath: BuiltProduct.preloadedLibrary())
    let outcome = try Recorder(options) { _ in "" }
      .run(["sh", "-c", #"setsid sleep 600 & echo > "$1/there""#, "sh", watched]) { [watched] in
        Folders.exists("\(watched)/there")
      }
    #expect(outcome.wasInterrupted)
    #expect(outcome.problems == [])
  }
}

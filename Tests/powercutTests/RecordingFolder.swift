import Host
import TestSupport

/// A folder with one that is watched and room for recordings.
struct RecordingFolder {
  let folder: TemporaryFolder
  var watched: String { folder.path("watched") }
  var output: String { folder.path("output") }

  init() throws {
    folder = try TemporaryFolder()
    try Folders.create(folder.path("watched"))
  }

  func record(_ command: [String], options: [String] = []) throws -> ToolRun {
    try ToolRun(["record", "--watch", watched, "--output", output] + options + ["--"] + command)
  }

  /// Rebuilds a file from its recording and has `cmp` compare it with the real one.
  func compareReplay(of recording: String, with name: String) throws {
    try replay(recording)
    try shell("cmp '\(watched)/\(name)' '\(folder.path("replayed.img"))'")
  }

  /// Rebuilds a file from its recording, as `replayed.img`.
  func replay(_ recording: String) throws {
    let replayed = folder.path("replayed.img")
    let run = try ToolRun([
      "replay", "\(output)/\(recording)", "--at", "last", "--output", replayed,
    ])
    guard run.status == 0 else { throw PeerFailure(text: run.errors) }
  }

  struct PeerFailure: Error, CustomStringConvertible {
    var text: String
    var description: String { text }
  }

  /// The lines of `joint.txt` that are about names.
  var names: [String] {
    get throws {
      try InputFile.text("\(output)/joint.txt").split(separator: "\n").map(String.init)
        .filter { !$0.hasPrefix("entry ") }
    }
  }
}

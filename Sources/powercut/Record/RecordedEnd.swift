import Campaign
import Checking
import CrashStates
import Host
import Recorder
import ToolSupport

/// A finished recording, read back as every command reads it, beside what the program has left: its last state
/// must be that, or no other state of it can be trusted.
struct RecordedEnd {
  private let output: String
  private let names: FinalNames

  init(_ output: String, _ names: FinalNames) {
    self.output = output
    self.names = names
  }

  /// What differs, a sentence each; it is written to the manifests, so that nobody takes the recording for a
  /// whole one.
  ///
  /// - Throws: ``HostError`` where a manifest cannot be written.
  func differences() throws -> [String] {
    let found: [String]
    do {
      let recording = try JointRecording(output, LogOptions.parse([]), leaveOut: [], isQuiet: true)
      found =
        nameDifferences(recording.files)
        + (try recording.sources.flatMap { try contentDifferences($0.source) })
    } catch {
      found = ["the recording cannot be read back: \(error)"]
    }
    if !found.isEmpty { try mark(found) }
    return found
  }

  // MARK: Names

  private func nameDifferences(_ recording: Recording) -> [String] {
    var recorded: Set<String> = []
    var differences: [String] = []
    for name in recording.names(in: CrashState(cut: recording.stepCount)) {
      recorded.insert(name.path)
      let expected = Self.kind(name.contents)
      let found = names.kinds[name.path]
      if found != expected {
        differences.append(
          "'\(name.path)': the last state of \(JointRecording.orderName) has \(Self.text(expected)), the "
            + "folder has \(Self.text(found))")
      }
    }
    for path in names.made.subtracting(recorded).sorted() where names.kinds[path] != .other {
      differences.append(
        "'\(path)': the last state of \(JointRecording.orderName) has nothing of this name, the folder has "
          + Self.text(names.kinds[path]))
    }
    return differences
  }

  private static func kind(_ contents: RecordedName.Contents) -> FinalNames.Kind {
    switch contents {
    case .recorded, .empty, .unknown: .file
    case .folder: .folder
    case .link(let target): .link(target)
    }
  }

  private static func text(_ kind: FinalNames.Kind?) -> String {
    switch kind {
    case .file: "a file"
    case .folder: "a folder"
    case .link(let target): "a link to '\(target)'"
    case .other: "something else"
    case nil: "nothing of this name"
    }
  }

  // MARK: Contents

  /// Whether the log gives the file that was there in the end (rule L08), where there was one.
  private func contentDifferences(_ source: RecordingSource) throws -> [String] {
    guard source.livePath != nil else { return [] }
    let subject = try RecordedSubject(source, ImageOptions.parse(["--as", "raw"]), seed: 1)
    let violation = Judge(Judge.Options(tiers: [], seed: 1)).judge(subject.evidence).violations
      .first { $0.rule == .l08 }
    guard let violation else { return [] }
    return [
      "\(source.logPath): it does not give the file that was there in the end: \(violation.title)"
    ]
  }

  // MARK: The manifests

  private func mark(_ differences: [String]) throws {
    let names = try RecordedFolder(output)?.names ?? []
    for path in names.map({ "\(output)/\($0)/manifest.json" }) where Folders.exists(path) {
      var manifest = try RecordingManifest(parsing: InputFile.text(path))
      manifest.problems = (manifest.problems ?? []) + differences
      try OutputFile.write(try manifest.text(), to: path)
    }
  }
}

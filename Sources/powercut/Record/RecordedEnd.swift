import Campaign
import Checking
import CrashStates
import Host
import Recorder
import ToolSupport

/// A finished recording, read back as every command reads it, beside what was there before the program and what it
/// has left: its first state must be the one and its last the other, or no other state of it can be trusted.
struct RecordedEnd {
  private let output: String

  init(_ output: String) { self.output = output }

  /// What differs, a sentence each; it is written to the manifests, so that nobody takes the recording for a
  /// whole one.
  ///
  /// - Throws: ``HostError`` where a manifest cannot be written.
  func differences() throws -> [String] {
    let found: [String]
    do {
      let recording = try JointRecording(
        output, LogOptions.parse([]), isQuiet: true, hasAllOfBases: false)
      found =
        try nameDifferences(recording)
        + (try recording.sources.flatMap { try contentDifferences($0.source) })
    } catch {
      found = ["the recording cannot be read back: \(error)"]
    }
    if !found.isEmpty { try mark(found) }
    return found
  }

  // MARK: Names

  private func nameDifferences(_ recording: JointRecording) throws -> [String] {
    let files = recording.files
    let first = ListedState(CrashState(cut: 0), of: files)
    let last = ListedState(CrashState(cut: files.stepCount), of: files)
    return first.differences(
      from: recording.base, in: "the first state of \(JointRecording.orderName)",
      Recorder.baseListingName)
      + last.differences(
        from: try recording.live(), in: "the last state of \(JointRecording.orderName)",
        "the folder")
  }

  // MARK: Contents

  /// Whether the log gives the file that was there in the end (rule L08), where there was one.
  private func contentDifferences(_ source: RecordingSource) throws -> [String] {
    guard let live = source.livePath else { return [] }
    if live.hasSuffix(LentFile.suffix) {
      return try LentEnd(source, live: live).differences()
    }
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

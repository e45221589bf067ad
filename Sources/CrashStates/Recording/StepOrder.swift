import Bytes
import WriteLog

/// Which step is which entry of which file: the one order over the logs of a recording.
struct StepOrder: Sendable {
  let stepCount: Int
  /// The files' places by the names of their recordings.
  let places: [String: Int]
  /// `nil` for a disk, whose steps are its entries.
  private let entries: [RecordedEntry?]?
  /// For each file, the steps of its entries, ascending.
  private let stepsOfFiles: [[Int]]

  /// The order of a disk.
  init() {
    stepCount = 0
    places = [:]
    entries = nil
    stepsOfFiles = []
  }

  /// The order of `joint.txt`, up to the first entry that is in no log.
  ///
  /// - Throws: ``CrashStateError`` where the lines are not those of these files.
  init(_ lines: [JointLine], _ files: [RecordingFile]) throws(CrashStateError) {
    var places: [String: Int] = [:]
    for (place, file) in files.enumerated() { places[file.recording] = place }
    var entries: [RecordedEntry?] = []
    var stepsOfFiles = [[Int]](repeating: [], count: files.count)
    for (lineIndex, line) in lines.enumerated() {
      guard case .entry(let recording, let entryIndex, _) = line else {
        entries.append(nil)
        continue
      }
      guard let file = places[recording], entryIndex == stepsOfFiles[file].count else {
        throw CrashStateError(
          field: "line \(lineIndex + 1)",
          expected: places[recording].map { "entry \(stepsOfFiles[$0].count) of '\(recording)'" }
            ?? "one of the recordings beside joint.txt",
          found: "entry \(entryIndex) of '\(recording)'",
          hint: "Keep the folders and joint.txt together as `powercut record` wrote them.")
      }
      guard entryIndex < files[file].history.entryCount else { break }
      stepsOfFiles[file].append(lineIndex)
      entries.append(RecordedEntry(file: file, entryIndex: entryIndex))
    }
    stepCount = entries.count
    self.places = places
    self.entries = entries
    self.stepsOfFiles = stepsOfFiles
  }

  subscript(step: Int) -> RecordedEntry? {
    if let entries { return entries[step] }
    return RecordedEntry(file: 0, entryIndex: step)
  }

  func step(of entry: RecordedEntry) -> Int {
    entries == nil ? entry.entryIndex : stepsOfFiles[entry.file][entry.entryIndex]
  }

  func cut(ofFile file: Int, atCut cut: Int) -> Int {
    entries == nil ? cut : stepsOfFiles[file].countBelow(cut)
  }
}

import Bytes
import Checking
import WriteLog

/// The lines of a recording of several files, for a reader.
extension JointRecording {
  /// The entry of a log that a line is, with the recording's name; `nil` for a change of names.
  func entry(ofStep step: Int) -> (recording: String, entry: LogEntry, index: WriteLogIndex)? {
    guard case .entry(let name, let entryIndex, _) = lines[step],
      let file = files.files.first(where: { $0.recording == name })
    else { return nil }
    return (name, file.history.index[entryIndex], file.history.index)
  }

  /// `line 4: db, entry 2 …` or `line 7: rename a b`.
  func text(ofStep step: Int) -> String {
    guard let found = entry(ofStep: step) else { return "line \(step): \(lines[step])" }
    return
      "line \(step): \(found.recording), \(EntryLine(found.entry, of: found.index).text)"
  }

  func words(ofStep step: Int) -> FailureExplanation.StepWords {
    FailureExplanation.StepWords(
      place: "line \(step)", text: shortText(ofStep: step), sync: sync(ofStep: step),
      caller: calls.words(ofLine: step))
  }

  /// `a write to 'log', [0, 512)`.
  private func shortText(ofStep step: Int) -> String {
    guard let found = entry(ofStep: step) else { return "\(lines[step])" }
    let (name, entry) = (found.recording, found.entry)
    switch entry.kind {
    case .write:
      return "a write to '\(name)', \(entry.deviceRange)"
        + (entry.flags.contains(.fua) ? ", durable by itself" : "")
    case .discard: return "a hole in '\(name)', \(entry.deviceRange)"
    case .flush: return "a sync of '\(name)'"
    case .mark:
      let text = found.index.text(of: entry)
      let mark = (try? ClientMark(parsing: text, at: 0)) ?? nil
      guard case .size(let byteCount)? = mark else { return "'\(name)': \(text)" }
      return "the length of '\(name)', \(byteCount) bytes"
    }
  }

  /// What makes a line durable; `nil` where it changes nothing.
  private func sync(ofStep step: Int) -> String? {
    switch lines[step] {
    case .entry(let name, _, _): "a sync of '\(name)'"
    case .create(_, _, let path), .makeFolder(_, _, let path), .symlink(_, let path, _),
      .unlink(let path), .removeFolder(let path):
      folderSync([path])
    case .rename(let from, let to), .exchange(let from, let to): folderSync([from, to])
    case .link(_, let to): folderSync([to])
    case .mode(_, let path): "an fsync of '\(path)'"
    case .syncFolder, .sync, .mark, .note: nil
    }
  }

  private func folderSync(_ paths: [FilePath]) -> String {
    var folders: [FilePath] = []
    for path in paths where !folders.contains(path.folder) { folders.append(path.folder) }
    return folders.map { "an fsync of the folder '\($0)'" }.joined(separator: " and ")
  }
}

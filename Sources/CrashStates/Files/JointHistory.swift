import Bytes

/// One file of a joint recording.
package struct JointFile: Sendable {
  /// The recording's name in `joint.txt`: that of its folder.
  package var recording: String
  /// Where it was first seen, relative to the watched folder.
  package var path: String
  package var history: DiskHistory

  package init(recording: String, path: String, history: DiskHistory) {
    self.recording = recording
    self.path = path
    self.history = history
  }
}

/// A name of a joint state and what stands behind it.
package struct JointName: Sendable {
  package enum Contents: Sendable {
    /// The file with this place in ``JointHistory/files``, in this state.
    case recorded(file: Int, CrashState)
    case empty
    /// There before the recording began, and never written to: nobody knows what it holds.
    case unknown
    case folder
    /// A symbolic link and what it says, which may lead anywhere.
    case link(String)
  }

  /// Relative to the watched folder.
  package var path: String
  package var contents: Contents
}

/// All files of a program, prepared for looking at them at any cut of the one order over their logs.
///
/// **The crash model** for contents is that of ``DiskHistory``, file by file: durable is what is before the
/// file's last FLUSH, and FUA entries; all else is optional. For names see ``JointNames``: the first so
/// many changes persisted, at least those that a sync had made durable. Contents and names are independent:
/// a name may be there before what was written into the file, and the other way round.
///
/// Outside the model, beside what is so for each log: permissions and times; folders, which are taken to be
/// there as soon as something is in them; what was in flight together across files.
package final class JointHistory: Sendable {
  /// In the order given.
  package let files: [JointFile]
  /// Cuts go from 0 to this.
  package let lineCount: Int
  /// Lines at the end that are about entries which the logs do not have: the recorder was killed.
  package let missingLineCount: Int
  let names: JointNames
  /// For each file, the lines of its entries, ascending.
  private let entryLines: [[Int]]
  private let nameLines: [Int]
  private let isLeftOut: @Sendable (String) -> Bool
  let places: [String: Int]

  /// - Parameter isLeftOut: names that are no part of any state, as `db-shm` of SQLite is none.
  /// - Throws: ``CrashStateError`` where the lines are not those of these files.
  package init(
    _ lines: [JointLine], files: [JointFile],
    isLeftOut: @escaping @Sendable (String) -> Bool = { _ in false }
  ) throws(CrashStateError) {
    var places: [String: Int] = [:]
    for (place, file) in files.enumerated() { places[file.recording] = place }
    let isLeftOut: @Sendable (String) -> Bool = { Self.isOutside($0) || isLeftOut($0) }
    let known = try Self.entryLines(lines, files, places)
    let names = JointNames(
      Array(lines.prefix(known.lineCount)), paths: files.map(\.path),
      entryCounts: files.map(\.history.entryCount), recordings: places,
      isLeftOut: isLeftOut,
      syncs: { file, entryIndex in
        let events = files[file].history.blockHistory.events
        return events.isFlush(entryIndex) || events.isFUA(entryIndex)
      })
    self.files = files
    self.places = places
    self.names = names
    self.isLeftOut = isLeftOut
    lineCount = known.lineCount
    missingLineCount = lines.count - known.lineCount
    entryLines = known.entryLines
    nameLines = names.operations.map(\.lineIndex)
  }

  /// Whether a path leads out of the watched folder, so that it is no part of what is judged, and never
  /// written to.
  private static func isOutside(_ path: String) -> Bool {
    path.split(separator: "/", omittingEmptySubsequences: false).contains { part in
      part.isEmpty || part == "." || part == ".." || part.utf8.contains(0)
    }
  }

  /// The lines of each file's entries, up to the first one that is in no log.
  private static func entryLines(
    _ lines: [JointLine], _ files: [JointFile], _ places: [String: Int]
  ) throws(CrashStateError) -> (lineCount: Int, entryLines: [[Int]]) {
    var entryLines = [[Int]](repeating: [], count: files.count)
    for (lineIndex, line) in lines.enumerated() {
      guard case .entry(let recording, let entryIndex) = line else { continue }
      guard let place = places[recording], entryIndex == entryLines[place].count else {
        throw CrashStateError(
          field: "line \(lineIndex + 1)",
          expected: places[recording].map { "entry \(entryLines[$0].count) of '\(recording)'" }
            ?? "one of the recordings beside joint.txt",
          found: "entry \(entryIndex) of '\(recording)'",
          hint: "Keep the folders and joint.txt together as `powercut record` wrote them.")
      }
      guard entryIndex < files[place].history.entryCount else { return (lineIndex, entryLines) }
      entryLines[place].append(lineIndex)
    }
    return (lines.count, entryLines)
  }

  /// How many entries of a file happened.
  package func cut(ofFile file: Int, atCut cut: Int) -> Int { entryLines[file].countBelow(cut) }

  /// Whether a cut lies between two entries of one call. Such a cut can be asked for; no tier has it.
  package func isWithinCall(atCut cut: Int) -> Bool {
    files.indices.contains { file in
      let lines = entryLines[file]
      let ownCut = lines.countBelow(cut)
      // Only right before its next entry: what other files do in between is none of the call.
      return ownCut < lines.count && lines[ownCut] == cut
        && files[file].history.isWithinCall(atCut: ownCut)
    }
  }

  /// What is special about what a state has lost, in words.
  package func descriptions(ofLossesIn state: JointState) -> [String] {
    state.losses.flatMap { loss -> [String] in
      guard let file = places[loss.recording] else { return [] }
      return loss.entryIndices.compactMap { entryIndex in
        files[file].history.description(ofLosing: entryIndex).map {
          "entry \(entryIndex) of \(loss.recording) is lost: \($0)"
        }
      }
    }
  }

  /// How many changes of names happened.
  package func nameCount(atCut cut: Int) -> Int { nameLines.countBelow(cut) }

  /// How many of them are durable.
  package func durableNameCount(atCut cut: Int) -> Int { names.durableCounts[cut] }

  /// The changes of names behind the first `count` of those that happened.
  package func changes(from count: Int, atCut cut: Int) -> [JointLine] {
    names.operations[count..<nameCount(atCut: cut)].map(\.line)
  }

  /// What is there in a state, sorted by path.
  package func names(in state: JointState) -> [JointName] {
    let current = names.names(after: state.keptNameCount ?? nameCount(atCut: state.cut))
    return current.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.compactMap { path in
      guard let node = current[path], !isLeftOut(path) else { return nil }
      return JointName(path: path, contents: contents(ofNode: node, in: state))
    }
  }

  private func contents(ofNode node: JointNames.Node, in state: JointState) -> JointName.Contents {
    switch names.contents[node] {
    case .recorded(let file): .recorded(file: file, self.state(ofFile: file, in: state))
    case .empty: .empty
    case .unknown: .unknown
    case .folder: .folder
    case .link(let target): .link(target)
    }
  }

  private func state(ofFile file: Int, in state: JointState) -> CrashState {
    let lost = state.losses.first { $0.recording == files[file].recording }?.entryIndices ?? []
    let torn = state.torn.flatMap { $0.recording == files[file].recording ? $0.tear : nil }
    return CrashState(cut: cut(ofFile: file, atCut: state.cut), lost: lost, torn: torn)
  }

  /// A name in a state of whose file nobody knows what it holds.
  package func unknownPath(in state: JointState) -> String? {
    names(in: state).first { if case .unknown = $0.contents { true } else { false } }?.path
  }

  /// Tells folders apart by their names and what the files hold.
  package func digest(of state: JointState) -> Digest128 {
    var bytes: [UInt8] = []
    for name in names(in: state) {
      bytes += Array(name.path.utf8) + [0]
      switch name.contents {
      case .recorded(let file, let state): bytes += files[file].history.digest(of: state).bytes
      case .empty: bytes += StateSum().digest(diskByteCount: 0).bytes
      case .unknown: bytes.append(1)
      case .folder: bytes.append(2)
      case .link(let target): bytes += [3] + Array(target.utf8) + [0]
      }
    }
    return Checksum.xxh3Wide(bytes)
  }

  /// Makes sure that a state from outside is one of this recording.
  ///
  /// - Throws: ``CrashStateError`` where its cut is behind the last line, or where it loses what is durable
  ///   or never happened.
  package func check(_ state: JointState) throws(CrashStateError) {
    guard state.cut >= 0, state.cut <= lineCount else {
      throw CrashStateError(
        field: "cut", expected: "0 to \(lineCount)", found: "\(state.cut)",
        hint: "joint.txt has \(lineCount) lines whose entries are in the logs.")
    }
    let changed =
      state.losses.map { ("lost", $0.recording) }
      + (state.torn.map { [("torn", $0.recording)] } ?? [])
    for (field, recording) in changed {
      guard let file = places[recording] else {
        throw CrashStateError(
          field: field, expected: "a recording", found: "'\(recording)'",
          hint: "The recordings are: \(files.map(\.recording).joined(separator: ", ")).")
      }
      try files[file].history.check(self.state(ofFile: file, in: state))
    }
    let counts = durableNameCount(atCut: state.cut)...nameCount(atCut: state.cut)
    if let kept = state.keptNameCount, !counts.contains(kept) {
      throw CrashStateError(
        field: "names", expected: "\(counts.lowerBound) to \(counts.upperBound)", found: "\(kept)",
        hint: "So many changes of names were durable, and so many had happened.")
    }
  }
}

extension Digest128 {
  fileprivate var bytes: [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: low >> (8 * $0)) }
      + (0..<8).map { UInt8(truncatingIfNeeded: high >> (8 * $0)) }
  }
}

import Bytes

/// All that was recorded of a program: files, what was done to their names, and one order over both, prepared
/// for looking at them at any cut of it. A disk is a recording of one file without names.
///
/// **Steps.** What one order counts: of a disk the entries of its log, of several files the lines of
/// `joint.txt` (``JointLine``). Cuts, and the lost, torn and early steps of a ``CrashState``, are numbers of
/// these.
///
/// **The crash model** for contents is that of ``DiskHistory``, file by file: durable is what is before the
/// file's last FLUSH, and FUA entries; all else is optional. For names see ``NameHistory``: the first so
/// many changes persisted, at least those that a sync had made durable. Contents and names are independent:
/// a name may be there before what was written into the file, and the other way round.
///
/// Outside the model, beside what is so for each log: permissions and times; folders, which are taken to be
/// there as soon as something is in them; what was in flight together across files.
package final class Recording: Sendable {
  /// In the order given.
  package let files: [RecordingFile]
  /// The disk, where it is a recording of one.
  package let disk: DiskHistory?
  /// Cuts go from 0 to this.
  package let stepCount: Int
  /// Steps at the end that are about entries which the logs do not have: the recorder was killed.
  package let missingStepCount: Int
  /// `nil` for a disk.
  let names: NameHistory?
  private let order: StepOrder
  private let isLeftOut: @Sendable (String) -> Bool

  package init(_ disk: DiskHistory) {
    files = [RecordingFile(recording: "", path: "", history: disk)]
    self.disk = disk
    stepCount = disk.entryCount
    missingStepCount = 0
    names = nil
    order = StepOrder()
    isLeftOut = { _ in false }
  }

  /// - Parameter isLeftOut: names that are no part of any state, as `db-shm` of SQLite is none.
  /// - Throws: ``CrashStateError`` where the lines are not those of these files.
  package init(
    _ lines: [JointLine], files: [RecordingFile],
    isLeftOut: @escaping @Sendable (String) -> Bool = { _ in false }
  ) throws(CrashStateError) {
    let isLeftOut: @Sendable (String) -> Bool = { Self.isOutside($0) || isLeftOut($0) }
    let order = try StepOrder(lines, files)
    self.files = files
    disk = nil
    self.order = order
    self.isLeftOut = isLeftOut
    stepCount = order.stepCount
    missingStepCount = lines.count - order.stepCount
    names = NameHistory(
      Array(lines.prefix(order.stepCount)), paths: files.map(\.path),
      entryCounts: files.map(\.history.entryCount), recordings: order.places,
      isLeftOut: isLeftOut,
      syncs: { file, entryIndex in
        let events = files[file].history.blockHistory.events
        return events.isFlush(entryIndex) || events.isFUA(entryIndex)
      })
  }

  /// Whether a path leads out of the watched folder, so that it is no part of what is judged, and never
  /// written to.
  private static func isOutside(_ path: String) -> Bool {
    path.split(separator: "/", omittingEmptySubsequences: false).contains { part in
      part.isEmpty || part == "." || part == ".." || part.utf8.contains(0)
    }
  }

  // MARK: The order

  /// The entry that a step is; `nil` for a change of names, and for what changes nothing.
  func entry(ofStep step: Int) -> RecordedEntry? { order[step] }

  /// The step that an entry is.
  func step(of entry: RecordedEntry) -> Int { order.step(of: entry) }

  /// The place of a file among ``files``; `nil` where there is no recording of this name.
  func file(ofRecording name: String) -> Int? { order.places[name] }

  /// How many entries of a file happened.
  package func cut(ofFile file: Int, atCut cut: Int) -> Int { order.cut(ofFile: file, atCut: cut) }

  /// Whether a cut lies between two entries of one call. Such a cut can be asked for; no tier has it.
  package func isWithinCall(atCut cut: Int) -> Bool {
    if let disk { return disk.isWithinCall(atCut: cut) }
    // Only right before its next entry: what other files do in between is none of the call.
    guard cut < stepCount, let next = order[cut] else { return false }
    return files[next.file].history.isWithinCall(atCut: next.entryIndex)
  }

  /// How many changes of names happened.
  package func nameCount(atCut cut: Int) -> Int { names?.nameSteps.countBelow(cut) ?? 0 }

  /// How many of them are durable.
  package func durableNameCount(atCut cut: Int) -> Int { names?.durableCounts[cut] ?? 0 }

  // MARK: What is there in a state

  /// A file of a state, as a state of its own log.
  package func state(ofFile file: Int, in state: CrashState) -> CrashState {
    if disk != nil { return state }
    return self.state(ofFile: file, in: state, lost: lostEntries(in: state))
  }

  /// The entries that a state has lost, by file: gone through once for a folder of many files.
  private func lostEntries(in state: CrashState) -> [Int: [Int]] {
    var lost: [Int: [Int]] = [:]
    for step in state.lost {
      if let entry = order[step] { lost[entry.file, default: []].append(entry.entryIndex) }
    }
    return lost
  }

  private func state(ofFile file: Int, in state: CrashState, lost: [Int: [Int]]) -> CrashState {
    var own = CrashState(cut: cut(ofFile: file, atCut: state.cut))
    own.lost = lost[file] ?? []
    if var tear = state.torn, let entry = order[tear.entryIndex], entry.file == file {
      tear.entryIndex = entry.entryIndex
      own.torn = tear
    }
    return own
  }

  /// What is there in a state, sorted by path; of a disk its one file.
  package func names(in state: CrashState) -> [RecordedName] {
    guard let names else { return [RecordedName(path: "", contents: .recorded(file: 0, state))] }
    let current = names.names(after: keptNameCount(in: state) ?? nameCount(atCut: state.cut))
    let lost = lostEntries(in: state)
    return current.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.compactMap { path in
      guard let node = current[path], !isLeftOut(path) else { return nil }
      return RecordedName(path: path, contents: contents(names.contents[node], in: state, lost))
    }
  }

  private func contents(
    _ contents: NameHistory.Contents, in state: CrashState, _ lost: [Int: [Int]]
  ) -> RecordedName.Contents {
    switch contents {
    case .recorded(let file):
      .recorded(file: file, self.state(ofFile: file, in: state, lost: lost))
    case .empty: .empty
    case .unknown: .unknown
    case .folder: .folder
    case .link(let target): .link(target)
    }
  }

  /// How many changes of names persisted; `nil` where all that happened did.
  package func keptNameCount(in state: CrashState) -> Int? {
    guard let names, let first = state.lost.first(where: { order[$0] == nil }) else { return nil }
    return names.nameSteps.countBelow(first)
  }

  /// The changes of names that happened and are lost in a state.
  package func lostNames(in state: CrashState) -> [JointLine] {
    guard let names, let kept = keptNameCount(in: state) else { return [] }
    return names.operations[kept..<nameCount(atCut: state.cut)].map(\.line)
  }

  /// A name in a state of whose file nobody knows what it holds.
  package func unknownPath(in state: CrashState) -> String? {
    if disk != nil { return nil }
    return names(in: state).first { if case .unknown = $0.contents { true } else { false } }?.path
  }

  /// What is special about what a state has lost, in words.
  package func descriptions(ofLossesIn state: CrashState) -> [String] {
    let lost = disk == nil ? lostEntries(in: state) : [0: state.lost]
    return files.indices.flatMap { file in
      (lost[file] ?? []).compactMap { entryIndex in
        files[file].history.description(ofLosing: entryIndex).map { description in
          let place = disk == nil ? " of \(files[file].recording)" : ""
          return "entry \(entryIndex)\(place) is lost: \(description)"
        }
      }
    }
  }

  /// Tells disks apart by their contents, and folders by their names and what the files hold.
  package func digest(of state: CrashState) -> Digest128 {
    if let disk { return disk.digest(of: state) }
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
}

extension Digest128 {
  fileprivate var bytes: [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: low >> (8 * $0)) }
      + (0..<8).map { UInt8(truncatingIfNeeded: high >> (8 * $0)) }
  }
}

import Bytes
import WriteLog

/// All that was recorded of a program: files, what was done to their names, and one order over both, prepared
/// for looking at them at any cut of it. A disk is a recording of one file without names.
///
/// **Steps.** What one order counts: of a disk the entries of its log, of several files the lines of
/// `joint.txt` (``JointLine``). Cuts, and the lost, torn and early steps of a ``CrashState``, are numbers of
/// these.
///
/// **The crash model** for contents is that of ``DiskHistory``, file by file: durable is what is before the
/// file's last FLUSH, and FUA entries; all else is optional. What is promised of names says the ``Persona``.
/// Contents and names are independent: a name may be there before what was written into the file, and the
/// other way round.
///
/// A state is the whole folder: what nothing was done to is in it as it was in the beginning.
///
/// Outside the model, beside what is so for each log: owners and times; what was in flight together across files.
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
  /// What a file system is taken to promise about names; of a disk nothing.
  package var persona: Persona { names?.persona ?? .ordered }
  private let order: StepOrder
  private let isLeftOut: @Sendable (FilePath) -> Bool
  private let hasUnknown: Bool
  private let baseKinds: [Int: FolderListing.Kind]
  /// What the program said, in order.
  package let marks: [RecordedMark]

  package init(_ disk: DiskHistory) {
    files = [RecordingFile(recording: "", node: FolderListing.root, history: disk)]
    self.disk = disk
    stepCount = disk.entryCount
    missingStepCount = 0
    names = nil
    order = StepOrder()
    isLeftOut = { _ in false }
    hasUnknown = false
    baseKinds = [:]
    marks = RecordedMark.list(in: disk.index)
  }

  /// - Parameters:
  ///   - base: what was there before the first line.
  ///   - untouched: nodes whose contents were kept although nothing was done to them.
  ///   - persona: what is promised about names.
  ///   - isLeftOut: names that are no part of any state, as `db-shm` of SQLite is none.
  /// - Throws: ``CrashStateError`` where the lines are not those of these files.
  package init(
    _ lines: [JointLine], base: FolderListing, files: [RecordingFile],
    untouched: (_ node: Int) -> Bool = { _ in true }, persona: Persona = .ordered,
    isLeftOut: @escaping @Sendable (FilePath) -> Bool = { _ in false }
  ) throws(CrashStateError) {
    let order = try StepOrder(lines, files)
    self.files = files
    disk = nil
    self.order = order
    self.isLeftOut = isLeftOut
    stepCount = order.stepCount
    missingStepCount = lines.count - order.stepCount
    var walk = NameWalk(
      base, nodes: files.map(\.node), untouched: untouched, persona: persona, isLeftOut: isLeftOut)
    for (step, line) in lines.prefix(order.stepCount).enumerated() {
      switch line {
      case .entry(_, _, let isDataOnly):
        guard let entry = order[step] else { break }
        let history = files[entry.file].history
        let events = history.blockHistory.events
        walk.entry(
          of: files[entry.file].node,
          NameWalk.Effect(
            isSync: events.isFlush(entry.entryIndex) || events.isFUA(entry.entryIndex),
            isDataOnly: isDataOnly, isChange: events.kind(entry.entryIndex) != .none,
            oldByteCount: history.byteCount(atCut: entry.entryIndex),
            byteCount: history.byteCount(atCut: entry.entryIndex + 1)), step: step)
      case .sync: walk.syncAll(step: step)
      case .syncFolder(let path): walk.sync(folder: path, step: step)
      default: walk.change(line, step: step)
      }
    }
    let names = NameHistory(walk, persona: persona)
    self.names = names
    hasUnknown = names.contents.values.contains(.unknown)
    marks = RecordedMark.list(in: lines.prefix(order.stepCount))
    baseKinds = Dictionary(base.names.map { ($0.node, $0.kind) }) { first, _ in first }
  }

  // MARK: The order

  /// The entry that a step is; `nil` for a change of names, and for what changes nothing.
  func entry(ofStep step: Int) -> RecordedEntry? { order[step] }

  /// The step that an entry is.
  func step(of entry: RecordedEntry) -> Int { order.step(of: entry) }

  /// The place of a file among ``files``; `nil` where there is no recording of this name.
  package func file(ofRecording name: String) -> Int? { order.places[name] }

  /// How many entries of a file happened.
  package func cut(ofFile file: Int, atCut cut: Int) -> Int { order.cut(ofFile: file, atCut: cut) }

  /// Whether a cut lies between two entries of one call. Such a cut can be asked for; no tier has it.
  package func isWithinCall(atCut cut: Int) -> Bool {
    if let disk { return disk.isWithinCall(atCut: cut) }
    // Only right before its next entry: what other files do in between is none of the call.
    guard cut < stepCount, let next = order[cut] else { return false }
    return files[next.file].history.isWithinCall(atCut: next.entryIndex)
  }

  /// How many changes of names and permissions happened.
  package func nameCount(atCut cut: Int) -> Int { names?.steps.countBelow(cut) ?? 0 }

  /// Those that happened and are not durable, ascending.
  package func optionalNames(atCut cut: Int) -> [Int] {
    guard let names else { return [] }
    return (0..<nameCount(atCut: cut)).filter { names.operations[$0].durableCut > cut }
  }

  /// How many marks stand before a cut.
  package func markCount(atCut cut: Int) -> Int { marks.partitioningIndex { $0.cut > cut } }

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
    for early in state.early {
      guard let entry = order[early.entryIndex], entry.file == file else { continue }
      let isBeforeCut = early.beforeEntryIndex < state.cut
      let before = isBeforeCut ? order[early.beforeEntryIndex]?.entryIndex : nil
      own.early.append(
        EarlyEntry(entryIndex: entry.entryIndex, beforeEntryIndex: before ?? own.cut))
    }
    return own
  }

  /// An entry of a file that came early, as a step.
  func step(of early: EarlyEntry, inFile file: Int, at state: CrashState) -> EarlyEntry {
    let isBeforeCut = early.beforeEntryIndex < cut(ofFile: file, atCut: state.cut)
    return EarlyEntry(
      entryIndex: step(of: RecordedEntry(file: file, entryIndex: early.entryIndex)),
      beforeEntryIndex: isBeforeCut
        ? step(of: RecordedEntry(file: file, entryIndex: early.beforeEntryIndex)) : state.cut)
  }

  /// What is there in a state, each folder in front of what is in it; of a disk its one file.
  package func names(in state: CrashState) -> [RecordedName] {
    guard let names else {
      return [
        RecordedName(
          path: .here, node: FolderListing.root, mode: 0o644, contents: .recorded(file: 0, state))
      ]
    }
    let lost = lostEntries(in: state)
    return names.names(keptNames(in: state)).compactMap { name in
      if isLeftOut(name.path) { return nil }
      return RecordedName(
        path: name.path, node: name.node, mode: name.mode,
        contents: contents(names.contents[name.node] ?? .unknown, in: state, lost))
    }
  }

  /// What something was before the recording began; `nil` where it was not there.
  package func base(ofNode node: Int) -> FolderListing.Kind? { baseKinds[node] }

  /// The permissions of the folder itself.
  package func mode(in state: CrashState) -> UInt32 {
    names?.mode(of: FolderListing.root, keptNames(in: state)) ?? 0o755
  }

  private func contents(
    _ contents: NameHistory.Contents, in state: CrashState, _ lost: [Int: [Int]]
  ) -> RecordedName.Contents {
    switch contents {
    case .recorded(let file):
      .recorded(file: file, self.state(ofFile: file, in: state, lost: lost))
    case .empty: .empty
    case .untouched: .untouched
    case .unknown: .unknown
    case .folder: .folder
    case .link(let target): .link(target)
    }
  }

  /// Which changes of names a state has.
  func keptNames(in state: CrashState) -> KeptNames {
    KeptNames(of: nameCount(atCut: state.cut), losing: lostNamePlaces(in: state))
  }

  /// The changes of names that happened and are lost in a state, by their places, ascending.
  func lostNamePlaces(in state: CrashState) -> [Int] {
    guard let names else { return [] }
    return state.lost.compactMap { order[$0] == nil ? names.place(ofStep: $0) : nil }
  }

  /// The changes of names that happened and are lost in a state.
  package func lostNames(in state: CrashState) -> [JointLine] {
    guard let names else { return [] }
    return lostNamePlaces(in: state).map { names.operations[$0].line }
  }

  /// A name in a state of whose file nobody knows what it holds.
  package func unknownPath(in state: CrashState) -> FilePath? {
    if !hasUnknown { return nil }
    return names(in: state).first { if case .unknown = $0.contents { true } else { false } }?.path
  }

  /// What is special about what a state has lost, in words.
  package func descriptions(ofLossesIn state: CrashState) -> [String] {
    let lost = disk == nil ? lostEntries(in: state) : [0: state.lost]
    return files.indices.flatMap { file in
      let own = lost[file] ?? []
      return own.compactMap { entryIndex in
        files[file].history.description(ofLosing: entryIndex, among: own).map { description in
          let place = disk == nil ? " of \(files[file].recording)" : ""
          return "entry \(entryIndex)\(place) is lost: \(description)"
        }
      }
    }
  }

  /// Tells disks apart by their contents, and folders by their names, permissions and what the files hold.
  package func digest(of state: CrashState) -> Digest128 {
    if let disk { return disk.digest(of: state) }
    var bytes: [UInt8] = Array("\(mode(in: state)) ".utf8)
    var places: [Int: Int] = [:]
    for (place, name) in names(in: state).enumerated() {
      bytes += name.path.bytes + Array("\0\(name.mode) ".utf8)
      if let first = places[name.node] {
        // Another name of the same file.
        bytes += Array("= \(first) ".utf8)
        continue
      }
      places[name.node] = place
      switch name.contents {
      case .recorded(let file, let state):
        bytes += [0] + files[file].history.digest(of: state).bytes
      case .empty: bytes += [0] + StateSum().digest(diskByteCount: 0).bytes
      case .untouched: bytes += Array("\u{1}\(name.node) ".utf8)
      case .unknown: bytes.append(2)
      case .folder: bytes.append(3)
      case .link(let target): bytes += [4] + target.bytes + [0]
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

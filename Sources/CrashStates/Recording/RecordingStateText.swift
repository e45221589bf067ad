import Bytes

/// A state of several files as text:
///
///     cut:25                            everything before line 25 persisted (the first line is 0)
///     cut:25 lost:db:7,8                but not entries 7 and 8 of the recording `db`
///     cut:25 lost:db:7 lost:db-wal:3 names:3
///                                       of the changes of names only the first three, counted from the
///                                       start of the recording
///     cut:25 torn:db:7:512:prefix:3     of entry 7 of `db` only its first three units of 512 bytes
///
/// A percent sign, a colon, a space and a line feed within a recording's name are written as %25, %3A,
/// %20 and %0A. A disk's state is written as ``CrashState/description``.
extension Recording {
  package func text(of state: CrashState) -> String {
    if disk != nil { return "\(state)" }
    var words = ["cut:\(state.cut)"]
    for (place, file) in files.enumerated() {
      let lost = self.state(ofFile: place, in: state).lost
      if lost.isEmpty { continue }
      let entries = lost.map(String.init).joined(separator: ",")
      words.append("lost:\(PercentText.escaped(file.recording)):\(entries)")
    }
    for (place, file) in files.enumerated() {
      guard let tear = self.state(ofFile: place, in: state).torn else { continue }
      words.append("torn:\(PercentText.escaped(file.recording)):\(tear)")
    }
    if let kept = keptNameCount(in: state) { words.append("names:\(kept)") }
    return words.joined(separator: " ")
  }

  /// Reads what ``text(of:)`` gives, and makes sure that the recording can have such a state.
  ///
  /// - Parameter origin: who wrote a disk's log; `nil` where the log shows it.
  /// - Throws: ``CrashStateError`` where `text` has another form, where its cut is after the last step, and
  ///   where it loses what is durable or never happened.
  package func state(
    parsing text: String, origin: LogOrigin? = nil
  ) throws(CrashStateError) -> CrashState {
    if let disk {
      let state = try CrashState(parsing: text)
      try disk.check(state, origin: origin)
      return state
    }
    return try state(FileStateWords(parsing: text))
  }

  private func state(_ words: FileStateWords) throws(CrashStateError) -> CrashState {
    guard words.cut >= 0, words.cut <= stepCount else {
      throw CrashStateError(
        field: "cut", expected: "0 to \(stepCount)", found: "\(words.cut)",
        hint: "joint.txt has \(stepCount) lines whose entries are in the logs.")
    }
    var state = CrashState(cut: words.cut)
    for loss in words.losses {
      let file = try self.file(loss.recording, field: "lost")
      let own = CrashState(
        cut: cut(ofFile: file, atCut: words.cut), lost: loss.entryIndices,
        torn: words.torn.flatMap { $0.recording == loss.recording ? $0.tear : nil })
      try files[file].history.check(own)
      state.lost += own.lost.map { step(of: RecordedEntry(file: file, entryIndex: $0)) }
    }
    if let torn = words.torn {
      let file = try self.file(torn.recording, field: "torn")
      try files[file].history.check(
        CrashState(cut: cut(ofFile: file, atCut: words.cut), torn: torn.tear))
      var tear = torn.tear
      tear.entryIndex = step(of: RecordedEntry(file: file, entryIndex: tear.entryIndex))
      state.torn = tear
    }
    state.lost += try lostNameSteps(words)
    state.lost.sort()
    return state
  }

  private func file(_ name: String, field: String) throws(CrashStateError) -> Int {
    if let file = file(ofRecording: name) { return file }
    throw CrashStateError(
      field: field, expected: "a recording", found: "'\(name)'",
      hint: "The recordings are: \(files.map(\.recording).joined(separator: ", ")).")
  }

  private func lostNameSteps(_ words: FileStateWords) throws(CrashStateError) -> ArraySlice<Int> {
    guard let kept = words.keptNameCount, let names else { return [] }
    let counts = durableNameCount(atCut: words.cut)...nameCount(atCut: words.cut)
    guard counts.contains(kept) else {
      throw CrashStateError(
        field: "names", expected: "\(counts.lowerBound) to \(counts.upperBound)", found: "\(kept)",
        hint: "So many changes of names were durable, and so many had happened.")
    }
    return names.nameSteps[kept..<counts.upperBound]
  }
}

/// The words of a state of several files.
private struct FileStateWords {
  struct Loss {
    var recording: String
    /// Ascending.
    var entryIndices: [Int]
  }

  var cut: Int
  /// Each recording once.
  var losses: [Loss] = []
  var torn: (recording: String, tear: Tear)?
  var keptNameCount: Int?

  /// - Throws: ``CrashStateError`` where `text` has another form.
  init(parsing text: String) throws(CrashStateError) {
    var words = text.split(separator: " ").map {
      $0.split(separator: ":", omittingEmptySubsequences: false)
    }[...]
    guard let first = words.popFirst(), first.count == 2, first[0] == "cut",
      let cut = Decimal.number(first[1])
    else { throw Self.wrongForm(text) }
    self.cut = cut
    for word in words {
      switch (word[0], word.count) {
      case ("lost", 3): losses.append(try Self.loss(word[1], word[2], of: text))
      case ("torn", 6):
        guard torn == nil else { throw Self.wrongForm(text) }
        torn = (
          PercentText.plain(word[1]),
          try Tear(parsing: Substring(word[2...].joined(separator: ":")))
        )
      case ("names", 2):
        guard keptNameCount == nil, let count = Decimal.number(word[1]) else {
          throw Self.wrongForm(text)
        }
        keptNameCount = count
      default: throw Self.wrongForm(text)
      }
    }
    guard Set(losses.map(\.recording)).count == losses.count else { throw Self.wrongForm(text) }
  }

  private static func loss(
    _ name: Substring, _ list: Substring, of text: String
  ) throws(CrashStateError) -> Loss {
    var entryIndices: Set<Int> = []
    for part in list.split(separator: ",", omittingEmptySubsequences: false) {
      guard let entryIndex = Decimal.number(part), entryIndices.insert(entryIndex).inserted else {
        throw wrongForm(text)
      }
    }
    return Loss(recording: PercentText.plain(name), entryIndices: entryIndices.sorted())
  }

  private static func wrongForm(_ text: String) -> CrashStateError {
    CrashStateError(
      field: "state",
      expected:
        "'cut:N', with 'lost:RECORDING:I,J' for each recording, 'torn:RECORDING:I:UNIT:SHAPE' and "
        + "'names:K' after it",
      found: "'\(text.prefix(80))'",
      hint: "N counts lines of joint.txt, I and J entries from 0, K changes of names; each once.")
  }
}

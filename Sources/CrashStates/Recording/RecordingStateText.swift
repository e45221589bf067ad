import Bytes

/// A state of several files as text:
///
///     cut:25                            everything before line 25 persisted (the first line is 0)
///     cut:25 lost:db:7,8                but not entries 7 and 8 of the recording `db`
///     cut:25 lost:db:7 lost:db-wal:3 names:3
///                                       of the changes of names only the first three, counted from the
///                                       start of the recording
///     cut:25 lost-names:3,5             but not changes 3 and 5, where they are lost in any order
///     cut:25 early:db:9@8               entry 9 of `db`, which is behind the cut or behind entry 8, came before that one
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
      words.append("lost:\(Self.word(file.recording)):\(entries)")
    }
    for (place, file) in files.enumerated() {
      guard let tear = self.state(ofFile: place, in: state).torn else { continue }
      words.append("torn:\(Self.word(file.recording)):\(tear)")
    }
    for (place, file) in files.enumerated() {
      let early = self.state(ofFile: place, in: state).early
      if early.isEmpty { continue }
      words.append("early:\(Self.word(file.recording)):\(EarlyEntry.text(of: early))")
    }
    words += nameWord(lostNamePlaces(in: state), of: nameCount(atCut: state.cut))
    return words.joined(separator: " ")
  }

  private func nameWord(_ lost: [Int], of count: Int) -> [String] {
    guard let first = lost.first else { return [] }
    if lost.count == count - first { return ["names:\(first)"] }
    return ["lost-names:" + lost.map(String.init).joined(separator: ",")]
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
      let own = words.state(of: loss.recording, cut: cut(ofFile: file, atCut: words.cut))
      try files[file].history.check(own)
      state.lost += own.lost.map { step(of: RecordedEntry(file: file, entryIndex: $0)) }
    }
    for early in words.early {
      let file = try self.file(early.recording, field: "early")
      let own = words.state(of: early.recording, cut: cut(ofFile: file, atCut: words.cut))
      try files[file].history.check(own)
      state.early += own.early.map { step(of: $0, inFile: file, at: state) }
    }
    if let torn = words.torn {
      let file = try self.file(torn.recording, field: "torn")
      let own = words.state(of: torn.recording, cut: cut(ofFile: file, atCut: words.cut))
      try files[file].history.check(own)
      var tear = torn.tear
      tear.entryIndex = step(of: RecordedEntry(file: file, entryIndex: tear.entryIndex))
      state.torn = tear
    }
    state.lost += try lostNameSteps(words)
    state.lost.sort()
    return state
  }

  /// A recording's name as one part of a word.
  private static func word(_ recording: String) -> String {
    PercentText.escaped(Array(recording.utf8), also: [UInt8(ascii: ":")])
  }

  private func file(_ name: String, field: String) throws(CrashStateError) -> Int {
    if let file = file(ofRecording: name) { return file }
    throw CrashStateError(
      field: field, expected: "a recording", found: "'\(name)'",
      hint: "The recordings are: \(files.map(\.recording).joined(separator: ", ")).")
  }

  private func lostNameSteps(_ words: FileStateWords) throws(CrashStateError) -> [Int] {
    guard let names else { return [] }
    let count = nameCount(atCut: words.cut)
    var lost = words.lostNames
    if let kept = words.keptNameCount {
      guard kept <= count else { throw wrongNames(words, "\(kept)") }
      lost = Array(kept..<count)
    }
    let optional = optionalNames(atCut: words.cut)
    // In order all after the first one are lost.
    let isPossible =
      names.losesAnyChange
      ? Set(optional).isSuperset(of: lost) : optional.suffix(lost.count) == lost[...]
    guard isPossible else {
      throw wrongNames(words, lost.map(String.init).joined(separator: ","))
    }
    return lost.map { names.steps[$0] }
  }

  private func wrongNames(_ words: FileStateWords, _ found: String) -> CrashStateError {
    let optional = optionalNames(atCut: words.cut).map(String.init).joined(separator: ",")
    return CrashStateError(
      field: words.keptNameCount == nil ? "lost-names" : "names",
      expected: "of \(nameCount(atCut: words.cut)) changes of names, losses of these: "
        + (optional.isEmpty ? "none" : optional), found: found,
      hint: "The others were durable, or had not happened; the persona is \(persona.rawValue).")
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
  /// The same.
  var early: [(recording: String, entries: [EarlyEntry])] = []
  var torn: (recording: String, tear: Tear)?
  var keptNameCount: Int?
  /// Ascending.
  var lostNames: [Int] = []

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
      case ("early", 3):
        guard let entries = EarlyEntry.list(parsing: word[2]) else { throw Self.wrongForm(text) }
        early.append((Self.plain(word[1]), entries))
      case ("torn", 6):
        guard torn == nil else { throw Self.wrongForm(text) }
        torn = (
          Self.plain(word[1]),
          try Tear(parsing: Substring(word[2...].joined(separator: ":")))
        )
      case ("names", 2):
        guard keptNameCount == nil, let count = Decimal.number(word[1]) else {
          throw Self.wrongForm(text)
        }
        keptNameCount = count
      case ("lost-names", 2):
        guard lostNames.isEmpty else { throw Self.wrongForm(text) }
        lostNames = try Self.numbers(word[1], of: text)
      default: throw Self.wrongForm(text)
      }
    }
    guard Set(losses.map(\.recording)).count == losses.count,
      Set(early.map(\.recording)).count == early.count, keptNameCount == nil || lostNames.isEmpty
    else { throw Self.wrongForm(text) }
  }

  /// What they say of one recording, as a state of its own log.
  ///
  /// - Parameter cut: of that log.
  func state(of recording: String, cut: Int) -> CrashState {
    CrashState(
      cut: cut, lost: losses.first { $0.recording == recording }?.entryIndices ?? [],
      torn: torn.flatMap { $0.recording == recording ? $0.tear : nil },
      early: early.first { $0.recording == recording }?.entries ?? [])
  }

  private static func loss(
    _ name: Substring, _ list: Substring, of text: String
  ) throws(CrashStateError) -> Loss {
    Loss(recording: Self.plain(name), entryIndices: try numbers(list, of: text))
  }

  /// Each once, ascending.
  private static func numbers(
    _ list: Substring, of text: String
  ) throws(CrashStateError) -> [Int] {
    var numbers: Set<Int> = []
    for part in list.split(separator: ",", omittingEmptySubsequences: false) {
      guard let number = Decimal.number(part), numbers.insert(number).inserted else {
        throw wrongForm(text)
      }
    }
    return numbers.sorted()
  }

  private static func plain(_ name: Substring) -> String {
    String(decoding: PercentText.plain(name.utf8), as: UTF8.self)
  }

  private static func wrongForm(_ text: String) -> CrashStateError {
    CrashStateError(
      field: "state",
      expected:
        "'cut:N', with 'lost:RECORDING:I,J' for each recording, 'torn:RECORDING:I:UNIT:SHAPE', "
        + "'early:RECORDING:J@I' and "
        + "'names:K' or 'lost-names:I,J' after it",
      found: "'\(text.prefix(80))'",
      hint: "N counts lines of joint.txt, I and J entries from 0, K changes of names; each once.")
  }
}

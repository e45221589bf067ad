/// The files of a program as a power cut could have left them: the first `cut` lines of `joint.txt`
/// happened, and of what nothing had made durable by then, the `lost` entries and the names after the
/// first `keptNameCount` did not persist.
///
/// As text:
///
///     cut:25                            everything before line 25 persisted (the first line is 0)
///     cut:25 lost:db:7,8                but not entries 7 and 8 of the recording `db`
///     cut:25 lost:db:7 lost:db-wal:3 names:3
///                                       of the changes of names only the first three, counted from the
///                                       start of the recording
///     cut:25 torn:db:7:512:prefix:3     of entry 7 of `db` only its first three units of 512 bytes
///
/// A percent sign, a colon, a space and a line feed within a recording's name are written as %25, %3A,
/// %20 and %0A.
package struct JointState: Hashable, Sendable {
  /// Entries of one recording that did not persist.
  package struct Loss: Hashable, Sendable {
    package var recording: String
    /// Ascending, each optional at the cut.
    package var entryIndices: [Int]

    package init(recording: String, entryIndices: [Int]) {
      self.recording = recording
      self.entryIndices = entryIndices
    }
  }

  /// The one write that persisted in part.
  package struct Torn: Hashable, Sendable {
    package var recording: String
    package var tear: Tear

    package init(recording: String, tear: Tear) {
      self.recording = recording
      self.tear = tear
    }
  }

  /// How many lines happened: 0 is before the first one.
  package var cut: Int
  /// Each recording once, in the order of the files.
  package var losses: [Loss]
  package var torn: Torn?
  /// How many changes of names persisted; `nil` for all that happened.
  package var keptNameCount: Int?

  package init(
    cut: Int, losses: [Loss] = [], torn: Torn? = nil, keptNameCount: Int? = nil
  ) {
    self.cut = cut
    self.losses = losses
    self.torn = torn
    self.keptNameCount = keptNameCount
  }
}

extension JointState: CustomStringConvertible {
  package var description: String {
    var words = ["cut:\(cut)"]
    for loss in losses {
      let entries = loss.entryIndices.map(String.init).joined(separator: ",")
      words.append("lost:\(PercentText.escaped(loss.recording)):\(entries)")
    }
    if let torn { words.append("torn:\(PercentText.escaped(torn.recording)):\(torn.tear)") }
    if let keptNameCount { words.append("names:\(keptNameCount)") }
    return words.joined(separator: " ")
  }

  /// Reads what ``description`` prints. Whether a recording has such a state is asked with
  /// ``JointHistory/check(_:)``.
  ///
  /// - Throws: ``CrashStateError`` where `text` has another form.
  package init(parsing text: String) throws(CrashStateError) {
    var words = text.split(separator: " ").map {
      $0.split(separator: ":", omittingEmptySubsequences: false)
    }[...]
    guard let first = words.popFirst(), first.count == 2, first[0] == "cut",
      let cut = Decimal.number(first[1])
    else { throw Self.wrongForm(text) }
    self.init(cut: cut)
    for word in words {
      switch (word[0], word.count) {
      case ("lost", 3): losses.append(try Self.loss(word[1], word[2], of: text))
      case ("torn", 6):
        guard torn == nil else { throw Self.wrongForm(text) }
        torn = Torn(
          recording: PercentText.plain(word[1]),
          tear: try Tear(parsing: Substring(word[2...].joined(separator: ":"))))
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
        + "'names:K' behind it",
      found: "'\(text.prefix(80))'",
      hint: "N counts lines of joint.txt, I and J entries from 0, K changes of names; each once.")
  }
}

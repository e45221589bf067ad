extension CrashState: CustomStringConvertible {
  package var description: String {
    var words = Words(cut: cut, lost: lost, torn: torn).text
    if !early.isEmpty { words.append("early:\(EarlyEntry.text(of: early))") }
    if let recovery {
      words.append("then")
      words += Words(cut: recovery.cut, lost: recovery.lost, torn: recovery.torn).text
    }
    return words.joined(separator: " ")
  }

  /// Reads what ``description`` prints; the lost entries may come in any order.
  ///
  /// Whether a log has such a state is asked with ``DiskHistory/check(_:)``.
  ///
  /// - Throws: ``CrashStateError`` where `text` has another form.
  package init(parsing text: String) throws(CrashStateError) {
    let words = text.split(separator: " ")
    let then = words.firstIndex(of: "then")
    let first = try Words(parsing: words[..<(then ?? words.endIndex)], of: text)
    self.init(cut: first.cut, lost: first.lost, torn: first.torn, early: first.early)
    guard let then else { return }
    let second = try Words(parsing: words[(then + 1)...], of: text)
    guard second.early.isEmpty else {
      throw CrashStateError(
        field: "early", expected: "no 'early' behind 'then'", found: "'\(text.prefix(80))'",
        hint: "Recovery makes one change after the other.")
    }
    recovery = RecoveryCut(cut: second.cut, lost: second.lost, torn: second.torn)
  }
}

/// The words of one power cut.
private struct Words {
  var cut: Int
  var lost: [Int] = []
  var torn: Tear?
  var early: [EarlyEntry] = []

  init(cut: Int, lost: [Int], torn: Tear?) {
    self.cut = cut
    self.lost = lost
    self.torn = torn
  }

  var text: [String] {
    var words = ["cut:\(cut)"]
    if !lost.isEmpty { words.append("lost:" + lost.map(String.init).joined(separator: ",")) }
    if let torn { words.append("torn:\(torn)") }
    return words
  }

  init(parsing words: ArraySlice<Substring>, of text: String) throws(CrashStateError) {
    guard let first = words.first, first.hasPrefix("cut:"),
      let cut = Decimal.number(first.dropFirst("cut:".count))
    else { throw Self.wrongForm(text) }
    self.cut = cut
    var names: [Substring] = []
    for word in words.dropFirst() {
      let parts = word.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, !names.contains(parts[0]) else { throw Self.wrongForm(text) }
      names.append(parts[0])
      switch parts[0] {
      case "lost": lost = try Self.lost(parts[1], of: text)
      case "torn": torn = try Tear(parsing: parts[1])
      case "early":
        guard let entries = EarlyEntry.list(parsing: parts[1]) else { throw Self.wrongForm(text) }
        early = entries
      default: throw Self.wrongForm(text)
      }
    }
  }

  private static func lost(
    _ list: Substring, of text: String
  ) throws(CrashStateError) -> [Int] {
    var lost: [Int] = []
    for part in list.split(separator: ",", omittingEmptySubsequences: false) {
      guard let entryIndex = Decimal.number(part) else { throw wrongForm(text) }
      lost.append(entryIndex)
    }
    lost.sort()
    for (previous, next) in zip(lost, lost.dropFirst()) where previous == next {
      throw CrashStateError(
        field: "lost", expected: "each entry once", found: "\(next) twice in '\(text)'",
        hint: "Take one of them away.")
    }
    return lost
  }

  private static func wrongForm(_ text: String) -> CrashStateError {
    CrashStateError(
      field: "state",
      expected:
        "'cut:N', with 'lost:I,J', 'torn:I:UNIT:SHAPE', 'early:J@I', 'then cut:N …' behind it",
      found: "'\(text.prefix(80))'",
      hint: "N is how many entries happened; I and J are entries, counted from 0.")
  }
}

extension EarlyEntry {
  /// `7@3,9@5`.
  static func text(of entries: [EarlyEntry]) -> String {
    entries.map { "\($0.entryIndex)@\($0.beforeEntryIndex)" }.joined(separator: ",")
  }

  /// Reads it; `nil` for another form.
  static func list(parsing text: Substring) -> [EarlyEntry]? {
    var entries: [EarlyEntry] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let numbers = part.split(separator: "@", omittingEmptySubsequences: false)
      guard numbers.count == 2, let entryIndex = Decimal.number(numbers[0]),
        let before = Decimal.number(numbers[1])
      else { return nil }
      entries.append(EarlyEntry(entryIndex: entryIndex, beforeEntryIndex: before))
    }
    return entries
  }
}

/// Digits only: `Int` itself would also take a sign.
enum Decimal {
  static func number(_ text: Substring) -> Int? {
    text.utf8.allSatisfy { 0x30...0x39 ~= $0 } ? Int(text) : nil
  }
}

extension Tear: CustomStringConvertible {
  /// `34:512:prefix:3`: entry, bytes of a unit, shape.
  package var description: String { "\(entryIndex):\(unitByteCount):\(shape)" }

  init(parsing text: Substring) throws(CrashStateError) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 4, let entryIndex = Decimal.number(parts[0]),
      let unitByteCount = Decimal.number(parts[1]), unitByteCount >= 512,
      unitByteCount % 512 == 0, let shape = Shape(name: parts[2], value: parts[3])
    else {
      throw CrashStateError(
        field: "torn",
        expected: "ENTRY:UNIT:prefix:N, …:suffix:N, …:hole:N-M or …:mixture:SEED",
        found: "'\(text.prefix(80))'",
        hint:
          "UNIT is a multiple of 512 bytes; N and M count units, and M is the first behind the hole."
      )
    }
    self.init(entryIndex: entryIndex, unitByteCount: unitByteCount, shape: shape)
  }
}

extension Tear.Shape: CustomStringConvertible {
  package var description: String {
    switch self {
    case .prefix(let count): "prefix:\(count)"
    case .suffix(let count): "suffix:\(count)"
    case .hole(let hole): "hole:\(hole.lowerBound)-\(hole.upperBound)"
    case .mixture(let seed): "mixture:\(seed)"
    }
  }

  init?(name: Substring, value: Substring) {
    switch name {
    case "prefix", "suffix":
      guard let count = Decimal.number(value) else { return nil }
      self = name == "prefix" ? .prefix(count) : .suffix(count)
    case "hole":
      let ends = value.split(separator: "-", omittingEmptySubsequences: false)
      guard ends.count == 2, let first = Decimal.number(ends[0]),
        let end = Decimal.number(ends[1]), first < end
      else { return nil }
      self = .hole(first..<end)
    case "mixture":
      guard value.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let seed = UInt64(value) else {
        return nil
      }
      self = .mixture(seed)
    default: return nil
    }
  }
}

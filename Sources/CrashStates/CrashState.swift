/// A disk as a power cut could have left it: the first `cut` entries of the log happened, and of
/// those that no flush had made durable by then, the `lost` ones did not persist.
///
/// As text, on a command line and in reports: `cut:37`, or `cut:37 lost:35,36`.
public struct CrashState: Hashable, Sendable, CustomStringConvertible {
  /// How many entries happened: 0 is the disk before the first one.
  public var cut: Int
  /// Indices of entries, ascending, each below ``cut`` and optional there
  /// (``DiskHistory/epoch(atCut:)``).
  public var lost: [Int]

  public init(cut: Int, lost: [Int] = []) {
    self.cut = cut
    self.lost = lost
  }

  public var description: String {
    if lost.isEmpty { return "cut:\(cut)" }
    return "cut:\(cut) lost:" + lost.map(String.init).joined(separator: ",")
  }

  /// Reads what ``description`` prints; the lost entries may come in any order.
  ///
  /// Whether a log has such a state is asked with ``DiskHistory/check(_:)``.
  ///
  /// - Throws: ``CrashStateError`` where `text` has another form.
  public init(parsing text: String) throws(CrashStateError) {
    let words = text.split(separator: " ")
    guard let first = words.first, first.hasPrefix("cut:"), words.count <= 2,
      let cut = Self.number(first.dropFirst("cut:".count))
    else { throw Self.wrongForm(text) }
    var lost: [Int] = []
    if words.count == 2 {
      guard words[1].hasPrefix("lost:") else { throw Self.wrongForm(text) }
      for part in words[1].dropFirst("lost:".count).split(
        separator: ",", omittingEmptySubsequences: false)
      {
        guard let entryIndex = Self.number(part) else { throw Self.wrongForm(text) }
        lost.append(entryIndex)
      }
    }
    lost.sort()
    for (previous, next) in zip(lost, lost.dropFirst()) where previous == next {
      throw CrashStateError(
        field: "lost", expected: "each entry once", found: "\(next) twice in '\(text)'",
        hint: "Take one of them away.")
    }
    self.init(cut: cut, lost: lost)
  }

  /// Digits only: `Int` itself would also take a sign.
  private static func number(_ text: Substring) -> Int? {
    text.utf8.allSatisfy { 0x30...0x39 ~= $0 } ? Int(text) : nil
  }

  private static func wrongForm(_ text: String) -> CrashStateError {
    CrashStateError(
      field: "state", expected: "'cut:N' or 'cut:N lost:I,J'", found: "'\(text.prefix(80))'",
      hint: "N is how many entries happened; I and J are entries that were lost, counted from 0.")
  }
}

/// Why a text, or a state, is none that can be looked at.
public struct CrashStateError: Error, Equatable, Sendable, CustomStringConvertible {
  public var field: String
  public var expected: String
  public var found: String
  /// One sentence: what to do next.
  public var hint: String

  public var description: String { "'\(field)': expected \(expected), found \(found). \(hint)" }
}

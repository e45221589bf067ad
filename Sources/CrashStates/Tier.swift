/// Which states to look at, at every cut. The more entries are lost at once, the more states.
///
/// At a cut with m optional entries:
///
///     prefix         1              nothing is lost
///     flushed-only   1              all m are lost
///     drop:k         C(m, 1…k)      up to k are lost
///     keep:k         C(m, 1…k)      all but up to k are lost
///     random:n       at most n      subsets drawn from the seed; all of them where n are enough
public enum Tier: Hashable, Sendable, CustomStringConvertible {
  case prefix
  case flushedOnly
  /// The number is at least 1.
  case drop(Int)
  /// The number is at least 1.
  case keep(Int)
  /// The number is at least 1.
  case random(Int)

  /// What ``init(parsing:)`` takes, for messages and usage texts.
  public static let forms = "prefix, flushed-only, drop:K, keep:K, random:N (K and N from 1)"

  /// - Throws: ``CrashStateError`` that lists what is allowed.
  public init(parsing text: String) throws(CrashStateError) {
    let words = text.split(separator: ":", omittingEmptySubsequences: false)
    switch (words.first, words.count) {
    case ("prefix", 1): self = .prefix
    case ("flushed-only", 1): self = .flushedOnly
    case ("drop", 2): self = .drop(try Self.count(words[1], in: text))
    case ("keep", 2): self = .keep(try Self.count(words[1], in: text))
    case ("random", 2): self = .random(try Self.count(words[1], in: text))
    default: throw Self.unknown(text)
    }
  }

  /// Tiers with commas between them.
  ///
  /// - Throws: ``CrashStateError`` at the first that is none.
  public static func list(parsing text: String) throws(CrashStateError) -> [Tier] {
    var tiers: [Tier] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      tiers.append(try Tier(parsing: String(part)))
    }
    return tiers
  }

  public var description: String {
    switch self {
    case .prefix: "prefix"
    case .flushedOnly: "flushed-only"
    case .drop(let count): "drop:\(count)"
    case .keep(let count): "keep:\(count)"
    case .random(let count): "random:\(count)"
    }
  }

  private static func count(
    _ word: Substring, in text: String
  ) throws(CrashStateError) -> Int {
    guard word.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let count = Int(word), count >= 1 else {
      throw unknown(text)
    }
    return count
  }

  private static func unknown(_ text: String) -> CrashStateError {
    CrashStateError(
      field: "states", expected: "one of \(forms)", found: "'\(text.prefix(80))'",
      hint: "Several are given with commas between them.")
  }
}

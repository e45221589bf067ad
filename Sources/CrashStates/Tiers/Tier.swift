/// Which states to look at, at every cut. The more entries are lost at once, the more states.
///
/// At a cut with m optional entries:
///
///     prefix         1              nothing is lost
///     flushed-only   1              all m are lost
///     fua-only       1              all m are lost, at cuts right after a FUA entry only
///     drop:k         C(m, 1…k)      up to k are lost
///     keep:k         C(m, 1…k)      all but up to k are lost
///     torn           2 to 10 m      one write persisted in part, by units of the log's sector size
///     torn:UNIT      2 to 10 m      the same by units of UNIT bytes
///     in-flight      a few          one entry took effect before its place in the log, as one that was
///                                   in flight may: before one that it overlaps, or while what a flush
///                                   or FUA write made durable could still be lost
///     random:n       at most n      subsets drawn from the seed; all of them where n are enough
///     all            2^m and more   every subset, of what was in flight too, in every order that
///                                   being in flight together allows
///     recrash                       the power fails again while the disk is recovered
///     names          2 n + 1        of recordings of several files: each number of the n changes of
///                                   names that may be lost, once with all contents and once with the
///                                   durable ones only
///     files          1 to 2 f       of f files with something optional: all of one is lost and nothing of
///                                   the others, and the other way round
///
/// Of several files a change of names counts as one more entry, and since a crash keeps the first so many of
/// them, `drop:k` that loses one loses all after it, `keep:k` that keeps one keeps all before it, and
/// `random:n` and `all` keep as many as were not lost.
package enum Tier: Hashable, Sendable, CustomStringConvertible {
  case prefix
  case flushedOnly
  case fuaOnly
  /// The number is at least 1.
  case drop(Int)
  /// The number is at least 1.
  case keep(Int)
  /// Bytes of the units that a device writes whole; `nil` for the sector size of the log.
  case torn(Int?)
  case inFlight
  /// The number is at least 1.
  case random(Int)
  case all
  /// States of the other tiers, of disks that a recovery writes to; they follow from that recovery.
  case recrash
  /// States of several files; a log alone has none.
  case names
  /// As ``names``.
  case files

  /// What ``init(parsing:)`` takes, for messages and usage texts.
  package static let forms =
    "prefix, flushed-only, fua-only, drop:K, keep:K, torn, torn:BYTES, in-flight, random:N, all, "
    + "recrash, names, files (K and N from 1)"

  /// Those that recordings of several files have.
  static let formsOfFiles =
    "prefix, flushed-only, drop:K, keep:K, torn, torn:BYTES, in-flight, names, files, random:N, all"
  /// Those that are gone through of several files where none are asked for.
  package static let defaultOfFiles: [Tier] = [.prefix, .flushedOnly, .drop(1), .names]

  /// More than this is no device's sector.
  private static let maximumTornUnit = 1 << 20

  /// - Throws: ``CrashStateError`` that lists what is allowed.
  package init(parsing text: String) throws(CrashStateError) {
    let words = text.split(separator: ":", omittingEmptySubsequences: false)
    switch (words.first, words.count) {
    case ("prefix", 1): self = .prefix
    case ("flushed-only", 1): self = .flushedOnly
    case ("fua-only", 1): self = .fuaOnly
    case ("torn", 1): self = .torn(nil)
    case ("in-flight", 1): self = .inFlight
    case ("all", 1): self = .all
    case ("recrash", 1): self = .recrash
    case ("names", 1): self = .names
    case ("files", 1): self = .files
    case ("drop", 2): self = .drop(try Self.count(words[1], in: text))
    case ("keep", 2): self = .keep(try Self.count(words[1], in: text))
    case ("random", 2): self = .random(try Self.count(words[1], in: text))
    case ("torn", 2): self = .torn(try Self.unit(words[1], in: text))
    default: throw Self.unknown(text)
    }
  }

  /// Tiers with commas between them.
  ///
  /// - Throws: ``CrashStateError`` at the first that is none.
  package static func list(parsing text: String) throws(CrashStateError) -> [Tier] {
    var tiers: [Tier] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      tiers.append(try Tier(parsing: String(part)))
    }
    return tiers
  }

  package var description: String {
    switch self {
    case .prefix: "prefix"
    case .flushedOnly: "flushed-only"
    case .fuaOnly: "fua-only"
    case .drop(let count): "drop:\(count)"
    case .keep(let count): "keep:\(count)"
    case .torn(nil): "torn"
    case .torn(let unit?): "torn:\(unit)"
    case .inFlight: "in-flight"
    case .random(let count): "random:\(count)"
    case .all: "all"
    case .recrash: "recrash"
    case .names: "names"
    case .files: "files"
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

  private static func unit(_ word: Substring, in text: String) throws(CrashStateError) -> Int {
    let unit = try count(word, in: text)
    guard unit % 512 == 0, unit <= maximumTornUnit else {
      throw CrashStateError(
        field: "states", expected: "a unit of 512 bytes to 1 MiB, in whole 512",
        found: "'\(text.prefix(80))'", hint: "Devices write 512 or 4096 bytes whole.")
    }
    return unit
  }

  private static func unknown(_ text: String) -> CrashStateError {
    CrashStateError(
      field: "states", expected: "one of \(forms)", found: "'\(text.prefix(80))'",
      hint: "Several are given with commas between them.")
  }
}

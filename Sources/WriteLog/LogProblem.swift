import Bytes

/// Something that is wrong, or worth knowing, about the shape of a log.
public struct LogProblem: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Kind: Sendable {
    /// Rule L02: a header that does not parse.
    case header
    /// Rule L03: an entry that begins inside of another one.
    case chain
    /// Rule L04: the superblock counts more than the chain holds.
    case count
  }

  public var kind: Kind
  /// The entry at which it shows, from zero.
  public var entryIndex: Int
  public var error: FormatError

  public init(_ kind: Kind, entryIndex: Int, error: FormatError) {
    self.kind = kind
    self.entryIndex = entryIndex
    self.error = error
  }

  public var description: String { "entry \(entryIndex): \(error)" }
}

/// What stands behind the entries that the superblock counts.
public enum LogTail: Equatable, Sendable {
  /// Nothing that could be an entry.
  case none
  /// Entries that are taken as part of the log: their extension proves it, or the reader asked.
  case used(entryCount: Int)
  /// Entries that parse, but may be left over from an older log in the same file; that they are is
  /// certain where ``WriteLogIndex/foreignTailIdentity`` names it.
  case unproven(entryCount: Int)
}

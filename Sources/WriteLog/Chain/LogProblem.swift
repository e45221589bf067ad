import Bytes
import Rules

/// Something that is wrong, or worth knowing, about the shape of a log.
package struct LogProblem: Error, Equatable, Sendable, CustomStringConvertible {
  /// The entry at which it shows, from zero.
  package var entryIndex: Int
  package var error: FormatError

  package init(entryIndex: Int, error: FormatError) {
    self.entryIndex = entryIndex
    self.error = error
  }

  /// L02, a header that does not parse; L03, an entry that begins inside of another one; or L04, the
  /// superblock counts more than the chain holds.
  package var rule: Rule {
    guard let rule = error.rule else {
      preconditionFailure("what is wrong with a chain names its rule")
    }
    return rule
  }

  package var description: String { "entry \(entryIndex): \(error)" }
}

/// What stands after the entries that the superblock counts.
package enum LogTail: Equatable, Sendable {
  /// Nothing that could be an entry.
  case none
  /// Entries that are taken as part of the log: their extension proves it, or the reader asked.
  case used(entryCount: Int)
  /// Entries that parse, but may be left over from an older log in the same file; that they are is
  /// certain where ``WriteLogIndex/foreignTailIdentity`` names it.
  case unproven(entryCount: Int)
}

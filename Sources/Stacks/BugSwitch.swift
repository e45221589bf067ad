/// A mistake that a stack under test can be told to make: off by default, with a stable identifier.
public enum BugSwitch: String, CaseIterable, Hashable, Comparable, Sendable {
  case positionReread = "logger.position-reread"
  case positionAfterWrite = "logger.position-after-write"
  case countEarly = "logger.count-early"
  case countNotOnFlush = "logger.count-not-on-flush"
  case flushAtSubmission = "logger.flush-at-submission"
  case flushCoversLater = "logger.flush-covers-later"
  case fuaUnmarked = "logger.fua-unmarked"
  case failedWriteLogged = "logger.failed-write-logged"
  case zeroesNotWritten = "logger.zeroes-not-written"
  case discardCountedAsData = "logger.discard-counted-as-data"
  case sizeUnlogged = "logger.size-unlogged"
  case unit512 = "logger.unit-512"

  /// What goes wrong, in one line.
  public var summary: String {
    switch self {
    case .positionReread:
      "the position is read again after the header of a write-zeroes was written"
    case .positionAfterWrite:
      "the position advances only after an entry is written, so two entries share a place"
    case .countEarly: "the superblock counts entries that are not stable yet"
    case .countNotOnFlush: "the superblock is not rewritten on an acknowledged flush"
    case .flushAtSubmission: "the FLUSH entry is appended when the flush is submitted"
    case .flushCoversLater: "FLUSH claims writes that completed after it was submitted"
    case .fuaUnmarked: "FUA writes carry no flag"
    case .failedWriteLogged: "a write that failed is logged like one that succeeded"
    case .zeroesNotWritten: "the zero region of the log keeps stale bytes"
    case .discardCountedAsData: "appending skips data that a discard does not have"
    case .sizeUnlogged: "growing and truncating leave no trace"
    case .unit512: "sectors are counted in 512 bytes where the log's sector is larger"
    }
  }

  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

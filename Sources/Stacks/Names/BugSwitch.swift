/// A mistake that a stack under test can be told to make: off by default, with a stable identifier.
package enum BugSwitch: String, CaseIterable, Hashable, Comparable, Sendable {
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
  case appendAtCount = "logger.append-at-count"
  case countNotAtClose = "logger.count-not-at-close"
  case intervalIgnored = "logger.interval-ignored"
  case trailingRead = "writer.trailing-read"
  case guidBeforeEntry = "writer.guid-before-entry"
  case headerErrorsIgnored = "writer.header-errors-ignored"
  case payloadNotStable = "writer.payload-not-stable"
  case entryNotStable = "writer.entry-not-stable"
  case homeNotStable = "writer.home-not-stable"
  case publishBeforeLog = "writer.publish-before-log"
  case batRestoredUnderWriter = "writer.bat-restored-under-writer"
  case tailEarly = "writer.tail-early"
  case ringReusedEarly = "writer.ring-reused-early"
  case bothHeadersOneEpoch = "writer.both-headers-one-epoch"
  case guidReused = "writer.guid-reused"
  case lastOffsetStale = "writer.last-offset-stale"
  case checksumShort = "writer.checksum-short"
  case blockReusedUnbarriered = "writer.block-reused-unbarriered"
  case logErrorKeepsBlock = "writer.log-error-keeps-block"
  case blockBeforeZeroing = "reader.block-before-zeroing"
  case staleTable = "reader.stale-table"
  case tornAcrossBlocks = "reader.torn-across-blocks"
  case zeroesUnmapped = "writer.zeroes-unmapped"

  /// The bugs of the write logger, which count below a raw image.
  package static let loggerBugs = allCases.filter { $0.rawValue.hasPrefix("logger.") }
  /// The bugs of the VHDX disk.
  package static let writerBugs = allCases.filter { $0.rawValue.hasPrefix("writer.") }

  /// The bugs of the VHDX disk that only a read can show.
  package static let readerBugs = allCases.filter { $0.rawValue.hasPrefix("reader.") }

  /// What goes wrong, in one line.
  package var summary: String {
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
    case .appendAtCount: "appending trusts a count that is stale, and overwrites entries"
    case .countNotAtClose: "closing leaves entries that the superblock does not count"
    case .intervalIgnored: "the superblock is not rewritten every so many entries"
    case .trailingRead:
      "the tail of a logged sector is read from the sector's start: table entries shift"
    case .guidBeforeEntry:
      "the headers name a log that holds no entry yet"
    case .headerErrorsIgnored:
      "a failed header update goes unnoticed"
    case .payloadNotStable:
      "a table update is logged before the payload that it publishes is stable"
    case .entryNotStable:
      "home writes start before their log entry is stable"
    case .homeNotStable:
      "the log is cleared before the home writes are stable"
    case .publishBeforeLog:
      "others write to a new block whose table entry their flush does not log"
    case .batRestoredUnderWriter:
      "a failed write takes back a block that another write has used"
    case .tailEarly:
      "Tail moves before the home writes are stable"
    case .ringReusedEarly:
      "ring space is overwritten while the durable Tail still covers it"
    case .bothHeadersOneEpoch:
      "both header copies are written without a flush between them"
    case .guidReused:
      "a session gives its log the GUID of an earlier one"
    case .lastOffsetStale:
      "LastFileOffset stays what it was when the image was opened"
    case .checksumShort:
      "an entry's checksum leaves out the part behind the ring's end"
    case .blockReusedUnbarriered:
      "a freed block is handed out before its release is stable"
    case .logErrorKeepsBlock:
      "a block whose log entry could not be written stays in use, and no error follows"
    case .blockBeforeZeroing:
      "a read of a new block shows what lay there in the file, until it is zeroed"
    case .staleTable:
      "a read uses the table entry that an earlier read of the block has found"
    case .tornAcrossBlocks:
      "a read of two blocks takes the end of the first one's last sector from the second one"
    case .zeroesUnmapped:
      "blocks that were zeroed are left unmapped, as discarded ones are"
    }
  }

  package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

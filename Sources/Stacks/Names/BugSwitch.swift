import Rules

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
  case failedFlushLogged = "logger.failed-flush-logged"
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

  /// What goes wrong, and which rules say so.
  package var row: BugRow {
    switch self {
    case .positionReread:
      BugRow(
        "the position is read again after the header of a write-zeroes was written", breaks: .l03)
    case .positionAfterWrite:
      BugRow(
        "the position advances only after an entry is written, so two entries share a place",
        breaks: .l03)
    case .countEarly:
      BugRow(
        "the superblock counts entries that are not stable yet", breaks: .l04)
    case .countNotOnFlush:
      BugRow(
        "the superblock is not rewritten on an acknowledged flush", breaks: .l05)
    case .flushAtSubmission:
      BugRow(
        "the FLUSH entry is appended when the flush is submitted", breaks: .l09)
    case .flushCoversLater:
      BugRow(
        "FLUSH claims writes that completed after it was submitted", breaks: .l09)
    case .fuaUnmarked:
      BugRow(
        "FUA writes carry no flag", breaks: .l05, .l07)
    case .failedWriteLogged:
      BugRow(
        "a write that failed is logged like one that succeeded", breaks: .l07)
    case .failedFlushLogged:
      BugRow(
        "a flush that failed is logged like one that succeeded", breaks: .l07, .l09,
        isInCatalogue: false)
    case .zeroesNotWritten:
      BugRow(
        "the zero region of the log keeps stale bytes", breaks: .l06)
    case .discardCountedAsData:
      BugRow(
        "appending skips data that a discard does not have", breaks: .l11)
    case .sizeUnlogged:
      BugRow(
        "growing and truncating leave no trace", breaks: .l08)
    case .unit512:
      BugRow(
        "sectors are counted in 512 bytes where the log's sector is larger", breaks: .l02, .l08)
    case .appendAtCount:
      BugRow(
        "appending trusts a count that is stale, and overwrites entries", breaks: .l03, .l11,
        isInCatalogue: false)
    case .countNotAtClose:
      BugRow(
        "closing leaves entries that the superblock does not count", breaks: .l12,
        isInCatalogue: false)
    case .intervalIgnored:
      BugRow(
        "the superblock is not rewritten every so many entries", breaks: .l13, isInCatalogue: false)
    case .trailingRead:
      BugRow(
        "the tail of a logged sector is read from the sector's start: table entries shift",
        breaks: .d01, .b06)
    case .guidBeforeEntry:
      BugRow(
        "the headers name a log that holds no entry yet", breaks: .s05, .d10)
    case .headerErrorsIgnored:
      BugRow(
        "a failed header update goes unnoticed", breaks: .d07)
    case .payloadNotStable:
      BugRow(
        "a table update is logged before the payload that it publishes is stable", breaks: .d03)
    case .entryNotStable:
      BugRow(
        "home writes start before their log entry is stable", breaks: .s08)
    case .homeNotStable:
      BugRow(
        "the log is cleared before the home writes are stable", breaks: .r10)
    case .publishBeforeLog:
      BugRow(
        "others write to a new block whose table entry their flush does not log", breaks: .d01)
    case .batRestoredUnderWriter:
      BugRow(
        "a failed write takes back a block that another write has used", breaks: .d07)
    case .tailEarly:
      BugRow(
        "Tail moves before the home writes are stable", breaks: .s07)
    case .ringReusedEarly:
      BugRow(
        "ring space is overwritten while the durable Tail still covers it", breaks: .s06)
    case .bothHeadersOneEpoch:
      BugRow(
        "both header copies are written without a flush between them", breaks: .h12)
    case .guidReused:
      BugRow(
        "a session gives its log the GUID of an earlier one", breaks: .h17, .s09)
    case .lastOffsetStale:
      BugRow(
        "LastFileOffset stays what it was when the image was opened", breaks: .e12, .r06)
    case .checksumShort:
      BugRow(
        "an entry's checksum leaves out the part behind the ring's end", breaks: .e02)
    case .blockReusedUnbarriered:
      BugRow(
        "a freed block is handed out before its release is stable", breaks: .d03)
    case .logErrorKeepsBlock:
      BugRow(
        "a block whose log entry could not be written stays in use, and no error follows",
        breaks: .d06, .d07, isInCatalogue: false)
    case .blockBeforeZeroing:
      BugRow(
        "a read of a new block shows what lay there in the file, until it is zeroed", breaks: .d11,
        isInCatalogue: false)
    case .staleTable:
      BugRow(
        "a read uses the table entry that an earlier read of the block has found", breaks: .d11,
        isInCatalogue: false)
    case .tornAcrossBlocks:
      BugRow(
        "a read of two blocks takes the end of the first one's last sector from the second one",
        breaks: .d11, isInCatalogue: false)
    case .zeroesUnmapped:
      BugRow(
        "blocks that were zeroed are left unmapped, as discarded ones are", breaks: .d04,
        isInCatalogue: false)
    }
  }

  package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

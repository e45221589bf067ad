import Rules

/// A mistake that recovery can be told to make: off by default, with a stable identifier.
package enum RecoveryBug: String, CaseIterable, Hashable, Comparable, Sendable {
  case secondEntryUnchecked = "recovery.second-entry-unchecked"
  case firstNumberCompared = "recovery.first-number-compared"
  case tailIgnored = "recovery.tail-ignored"
  case mismatchSkipsSector = "recovery.mismatch-skips-sector"
  case badDescriptorFatal = "recovery.bad-descriptor-fatal"
  case badChecksumSkipsClaim = "recovery.bad-checksum-skips-claim"
  case noGrowthAtMebibyte = "recovery.no-growth-at-mebibyte"
  case growthOverflow = "recovery.growth-overflow"
  case growthEveryEntry = "recovery.growth-every-entry"
  case growthCutsOff = "recovery.growth-cuts-off"
  case flushedOffsetEveryEntry = "recovery.flushed-offset-every-entry"
  case opensWithoutSequence = "recovery.opens-without-sequence"
  case fieldsUnchecked = "recovery.fields-unchecked"
  case dataSignatureUnchecked = "recovery.data-signature-unchecked"
  case dataSequenceLate = "recovery.data-sequence-late"
  case targetsUnchecked = "recovery.targets-unchecked"
  case zeroLengthUnbounded = "recovery.zero-length-unbounded"
  case lengthUnchecked = "recovery.length-unchecked"
  case descriptorsBeyondFirstSector = "recovery.descriptors-beyond-first-sector"
  case fullRingRefused = "recovery.full-ring-refused"
  case searchNeverEnds = "recovery.search-never-ends"
  case clearsBeforeStable = "recovery.clears-before-stable"
  case dataGUIDChanged = "recovery.data-guid-changed"
  case readsOldGUID = "recovery.reads-old-guid"
  case readOnlyWrites = "recovery.read-only-writes"

  /// What goes wrong, and which rules say so.
  package var row: BugRow {
    switch self {
    case .secondEntryUnchecked:
      BugRow(
        "the sequence number of a run's second entry is not compared", breaks: .r04)
    case .firstNumberCompared:
      BugRow(
        "runs are compared by their first entry instead of their last", breaks: .s03)
    case .tailIgnored:
      BugRow(
        "Tail is not looked at: replay starts at the first entry of the run", breaks: .r04)
    case .mismatchSkipsSector:
      BugRow(
        "the entry that ended a run is not tried as the start of the next", breaks: .s04)
    case .badDescriptorFatal:
      BugRow(
        "an entry with a bad descriptor makes the image unopenable", breaks: .r11, .d09)
    case .badChecksumSkipsClaim:
      BugRow(
        "an entry with a bad checksum hides what its length covers", breaks: .s04)
    case .noGrowthAtMebibyte:
      BugRow(
        "LastFileOffset that is a whole MiB does not grow the file", breaks: .r06)
    case .growthOverflow:
      BugRow(
        "LastFileOffset near 2^64 rounds up to 0 and empties the file", breaks: .r06, .r11)
    case .growthEveryEntry:
      BugRow(
        "the file grows to LastFileOffset of every entry, not only the head's", breaks: .r06,
        isInCatalogue: false)
    case .growthCutsOff:
      BugRow(
        "growing to LastFileOffset cuts off what the same entry appended", breaks: .r05,
        isInCatalogue: false)
    case .flushedOffsetEveryEntry:
      BugRow(
        "FlushedFileOffset of every entry is enforced, during replay", breaks: .r03)
    case .opensWithoutSequence:
      BugRow(
        "a log GUID without any sequence opens as if the log were empty", breaks: .r02)
    case .fieldsUnchecked:
      BugRow(
        "reserved bytes and the alignment of file lengths are not checked", breaks: .e06,
        isInCatalogue: false)
    case .dataSignatureUnchecked:
      BugRow(
        "a data sector's signature is not checked", breaks: .e10)
    case .dataSequenceLate:
      BugRow(
        "a data sector's sequence number is checked while it is replayed", breaks: .e10, .r11)
    case .targetsUnchecked:
      BugRow(
        "descriptors may change headers and the log itself", breaks: .e11)
    case .zeroLengthUnbounded:
      BugRow(
        "a descriptor's end is not checked: one can zero terabytes", breaks: .e09)
    case .lengthUnchecked:
      BugRow(
        "an entry's length need not match its descriptors, and may be 0", breaks: .e03)
    case .descriptorsBeyondFirstSector:
      BugRow(
        "an entry with more than 126 descriptors is refused", breaks: .r11)
    case .fullRingRefused:
      BugRow(
        "a run that fills the whole ring is taken for an empty one", breaks: .d09,
        isInCatalogue: false)
    case .searchNeverEnds:
      BugRow(
        "a search that comes back to where it began goes on", breaks: .d09)
    case .clearsBeforeStable:
      BugRow(
        "the log is cleared before the replayed sectors are stable", breaks: .r10, .d08)
    case .dataGUIDChanged:
      BugRow(
        "replay changes DataWriteGuid", breaks: .h15)
    case .readsOldGUID:
      BugRow(
        "entries with another log's GUID are used", breaks: .s09)
    case .readOnlyWrites:
      BugRow(
        "a read-only opening replays into the file", breaks: .r12)
    }
  }

  package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

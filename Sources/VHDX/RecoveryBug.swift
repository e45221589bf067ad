/// A mistake that recovery can be told to make: off by default, with a stable identifier.
public enum RecoveryBug: String, CaseIterable, Hashable, Comparable, Sendable {
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

  /// What goes wrong, in one line.
  public var summary: String {
    switch self {
    case .secondEntryUnchecked: "the sequence number of a run's second entry is not compared"
    case .firstNumberCompared: "runs are compared by their first entry instead of their last"
    case .tailIgnored: "Tail is not looked at: replay starts at the first entry of the run"
    case .mismatchSkipsSector: "the entry that ended a run is not tried as the start of the next"
    case .badDescriptorFatal: "an entry with a bad descriptor makes the image unopenable"
    case .badChecksumSkipsClaim: "an entry with a bad checksum hides what its length covers"
    case .noGrowthAtMebibyte: "LastFileOffset that is a whole MiB does not grow the file"
    case .growthOverflow: "LastFileOffset near 2^64 rounds up to 0 and empties the file"
    case .growthEveryEntry: "the file grows to LastFileOffset of every entry, not only the head's"
    case .growthCutsOff: "growing to LastFileOffset cuts off what the same entry appended"
    case .flushedOffsetEveryEntry: "FlushedFileOffset of every entry is enforced, during replay"
    case .opensWithoutSequence: "a log GUID without any sequence opens as if the log were empty"
    case .fieldsUnchecked: "reserved bytes and the alignment of file lengths are not checked"
    case .dataSignatureUnchecked: "a data sector's signature is not checked"
    case .dataSequenceLate: "a data sector's sequence number is checked while it is replayed"
    case .targetsUnchecked: "descriptors may change headers and the log itself"
    case .zeroLengthUnbounded: "a descriptor's end is not checked: one can zero terabytes"
    case .lengthUnchecked: "an entry's length need not match its descriptors, and may be 0"
    case .descriptorsBeyondFirstSector: "an entry with more than 126 descriptors is refused"
    case .fullRingRefused: "a run that fills the whole ring is taken for an empty one"
    case .searchNeverEnds: "a search that comes back to where it began goes on"
    case .clearsBeforeStable: "the log is cleared before the replayed sectors are stable"
    case .dataGUIDChanged: "replay changes DataWriteGuid"
    case .readsOldGUID: "entries with another log's GUID are used"
    case .readOnlyWrites: "a read-only opening replays into the file"
    }
  }

  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// A named set of mistakes and habits that describes a program's recovery.
public struct RecoveryProfile: Hashable, Sendable {
  public var name: String
  public var bugs: Set<RecoveryBug>
  /// Whether a header is written without its reserved bytes, 80 bytes of it.
  public var writesOnlyHeaderFields = false
  /// Where the specification leaves open which header is current.
  public var readsHeadersAsQEMU = false

  public init(name: String, bugs: Set<RecoveryBug>) {
    self.name = name
    self.bugs = bugs
  }

  /// The specification.
  public static let exact = RecoveryProfile(name: "exact", bugs: [])

  /// QEMU 7.2.22, each mistake seen in runs.
  public static let qemu7222: RecoveryProfile = {
    let others: Set<RecoveryBug> = [
      .clearsBeforeStable, .readsOldGUID, .readOnlyWrites,
    ]
    var profile = RecoveryProfile(
      name: "qemu-7.2.22", bugs: Set(RecoveryBug.allCases).subtracting(others))
    profile.writesOnlyHeaderFields = true
    profile.readsHeadersAsQEMU = true
    return profile
  }()

  /// QEMU 7.2.0: what recovers a log there is the same code as in 7.2.22, by reading; no run of this
  /// release was compared.
  public static let qemu720: RecoveryProfile = {
    var profile = qemu7222
    profile.name = "qemu-7.2.0"
    return profile
  }()

  /// The specification with one mistake.
  public static func only(_ bug: RecoveryBug) -> RecoveryProfile {
    RecoveryProfile(name: "exact + \(bug.rawValue)", bugs: [bug])
  }

  func has(_ bug: RecoveryBug) -> Bool { bugs.contains(bug) }
}

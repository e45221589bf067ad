import Bytes
import VHDX

/// When something was written: by which entry of the write log, and whether that made it stable.
struct TraceStamp: Equatable {
  /// From zero; -1 for what the base held.
  var entryIndex: Int
  var isFUA = false

  static let base = TraceStamp(entryIndex: -1)
}

/// What an entry of the write log does to the image, once it is known which structure it hits.
enum TraceEvent {
  /// The first change of a session comes next.
  case sessionStart(TracedSession)
  case flush
  /// A change inside of the first 64 KiB.
  case identifierWrite(ByteRange)
  case headerWrite(TracedHeaderWrite)
  case logWrite(TracedLogWrite)
  case homeWrite(TracedHomeWrite)
  /// A change of what is no structure: payload, or what nothing lies on.
  case guestWrite(ByteRange, isPayload: Bool)
  case resize(fromByteCount: UInt64, toByteCount: UInt64)
  /// A log entry is stable now, and well-formed.
  case entry(TracedLogEntry)
  /// A log entry is stable now, and is none that replay could use.
  case malformedEntry(LogEntryDefect, writtenBy: TraceStamp)
  /// A sector of the log that belongs to no entry is stable now.
  case straySector(byteOffset: UInt64, writtenBy: TraceStamp)
}

struct TracedSession {
  var number: Int
  var header: VHDXHeader?
  /// Whether the log had to be replayed first.
  var isDirty: Bool { header.map { !$0.logGUID.isZero } ?? false }
}

struct TracedHeaderWrite {
  var slot: HeaderSlot
  /// What was current before.
  var before: CurrentHeader?
  /// What the slot holds now, or why that is no header.
  var outcome: Result<VHDXHeader, FormatError>
  /// The entries whose home writes are not stable by now, where this write takes the log's name away.
  var unstableHomes: [UnstableHome] = []
}

struct TracedLogWrite {
  var range: ByteRange
  /// Entries that replay may still need and that this overwrites.
  var overwritten: [FoundLogEntry]
  /// Which write of a header retired them, where one did that is not stable yet.
  var retiredBy: TraceStamp?
}

/// A home write, or what should have been one.
struct TracedHomeWrite {
  enum Source: Equatable {
    /// What a stable entry says.
    case entry(FoundLogEntry)
    /// What an entry says that is not stable yet.
    case unstableEntry(FoundLogEntry, writtenBy: TraceStamp)
    /// Nothing in the log says so.
    case none
  }

  var range: ByteRange
  var owner: TracedLayout.Owner
  var source: Source
  /// Whether the header that is on the disk names the log which carries this.
  var isLogNamed = true
  var isLogNameStable = true
}

/// A sector that an entry carries and that is not stable in its place.
struct UnstableHome: Equatable {
  var entry: FoundLogEntry
  var sectorByteOffset: UInt64
  /// The home write that no flush covers yet; `nil` where there was none.
  var homeWrite: TraceStamp?
}

struct TracedLogEntry {
  var serial: Int
  var found: FoundLogEntry
  /// The first and last entries of the write log that wrote it.
  var firstStamp: TraceStamp
  var lastStamp: TraceStamp
  /// Entry number of the flush that made it stable.
  var stableAt: Int
  /// The length that the file was sure to have when the entry was written.
  var stableByteCount: UInt64
  /// The newest entry in front of it, of the same log.
  var previousHead: FoundLogEntry?
  /// Whether Tail names an entry of the run, or this one.
  var isTailInRun: Bool
  /// Homes that Tail leaves behind although they are not stable.
  var passedHomes: [UnstableHome]
  /// The first target that is payload.
  var payloadTarget: ByteRange?
  var changesBlockTable: Bool
  /// The first entry of the block table whose block loses its place.
  var emptiedTableEntry: UInt64?
  /// Where the last structure ends once this entry is applied; `nil` where that is not known.
  var reachableByteCount: UInt64?
  /// The LogGuid on the disk, where that is another log.
  var foreignTo: GUID?
  /// The 4096-byte sectors of the file that it carries.
  var targets: [UInt64] = []
}

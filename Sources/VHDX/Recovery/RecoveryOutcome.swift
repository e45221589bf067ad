import Bytes
import Rules

/// Why recovery leaves an image unopened.
package enum RecoveryRefusal: Error, Equatable, Sendable, CustomStringConvertible {
  /// No header to go by, or one that no other can follow.
  case header(FormatError)
  /// A log GUID, and no complete run of entries that carry it (rule R02).
  case noActiveSequence
  /// The file is shorter than an entry promises (rule R03).
  case truncated(fileByteCount: UInt64, flushedByteCount: UInt64)
  /// The log must be replayed, and the file must not change (rule R12).
  case readOnly
  /// Replay would make the file longer than allowed; nothing was written.
  case tooLong(byteCount: UInt64, limitByteCount: UInt64)
  /// Replay would change more than is kept in memory; nothing was written.
  case tooMuch(what: String, count: UInt64, limit: UInt64)
  /// Too few header numbers are left for the headers that replay writes; nothing was written. The
  /// specification does not say what follows the last one.
  case numbersUsedUp(sequenceNumber: UInt64, limit: UInt64)
  /// An entry that ends the search by mistake.
  case fatalEntry(LogEntryDefect)
  /// An entry that turned out to be wrong after others were replayed.
  case brokenReplay(LogEntryDefect)
  /// A run that fills the ring, taken for an empty one by mistake.
  case fullRing
  /// A write or a growth that failed after others were replayed.
  case failedWrite(byteOffset: UInt64, limitByteCount: UInt64)

  /// Whether it is this program that cannot go on, and nothing is said against the image.
  package var isLimitOfOurs: Bool {
    switch self {
    case .tooMuch, .numbersUsedUp: true
    default: false
    }
  }

  package var description: String {
    switch self {
    case .header(let error): error.description
    case .noActiveSequence:
      "'header.logGUID': expected a complete run of log entries with it, found none. "
        + "The log is corrupt: go back to a copy of the image."
    case .truncated(let fileByteCount, let flushedByteCount):
      "'entry.flushedByteCount': expected a file of at least \(flushedByteCount) bytes, found "
        + "\(fileByteCount). The file was cut short: go back to a copy of the image."
    case .readOnly:
      "'header.logGUID': expected zero, since the image is opened read-only, found a log. "
        + "Replay it with `powercut recover`, or read it through an overlay."
    case .tooLong(let byteCount, let limitByteCount):
      "'entry': expected a file of at most \(limitByteCount) bytes after replay, found "
        + "\(byteCount). The log was damaged or made up: go back to a copy of the image."
    case .tooMuch(let what, let count, let limit):
      "'entry': expected \(limit) \(what) to replay at most, found \(count). Replay is held "
        + "in memory before anything is written; a program that replays in place may take it."
    case .numbersUsedUp(let sequenceNumber, let limit):
      "'header.sequenceNumber': expected at most \(limit), so that the headers of a replay can "
        + "follow, found \(sequenceNumber). No program has written so many headers: the header is "
        + "made up."
    case .fatalEntry(let defect), .brokenReplay(let defect):
      "\(defect). Recovery with the mistakes of this profile gives up here."
    case .fullRing: "A run that fills the ring is refused by the mistakes of this profile."
    case .failedWrite(let byteOffset, let limitByteCount):
      "A write at byte \(byteOffset) failed behind the limit of \(limitByteCount) bytes, after "
        + "others were done."
    }
  }
}

extension RecoveryRefusal {
  /// The rule that the image breaks; `nil` where a limit of this tool refuses.
  package var rule: Rule? {
    switch self {
    case .header(let error): error.rule
    case .noActiveSequence: .s05
    case .truncated: .r03
    case .readOnly: .r12
    case .fatalEntry(let defect), .brokenReplay(let defect): defect.reason.rule
    case .fullRing: .d09
    // A file that no image needs: 64 TiB of disk fit into the half of it.
    case .tooLong, .failedWrite: .e12
    case .tooMuch, .numbersUsedUp: nil
    }
  }
}

/// What was replayed.
package struct RecoverySummary: Equatable, Sendable {
  package var replayedEntryCount: Int
  package var replayedDescriptorCount: UInt64
  package var tailSequenceNumber: UInt64
  package var headSequenceNumber: UInt64
  /// The file's length after replay.
  package var fileByteCount: UInt64
}

/// What opening an image does to its log.
package enum RecoveryOutcome: Equatable, Sendable {
  /// The log is empty.
  case notNeeded
  case recovered(RecoverySummary)
  case refused(RecoveryRefusal)
  /// The log is not empty and has no active sequence, and the image opens nevertheless: only with
  /// ``RecoveryBug/opensWithoutSequence``.
  case openedWithoutReplay
  /// Opening would never end, or zero for hours: only with a mistake.
  case neverEnds

  /// Whether the image can be used afterwards, as far as its log says.
  package var opens: Bool {
    switch self {
    case .notNeeded, .recovered, .openedWithoutReplay: true
    case .refused, .neverEnds: false
    }
  }
}

/// How an image is to be recovered.
package struct RecoveryOptions: Sendable {
  package enum Access: Sendable {
    case readWrite
    /// Nothing may be written: an image whose log is not empty is refused. To read one, recover an
    /// ``OverlayImage`` over it.
    case readOnly
  }

  package var access: Access
  /// No file is made longer than this.
  package var maximumFileByteCount: UInt64
  /// How many bytes of data sectors are replayed at most: a log of four gigabytes must not be held in
  /// memory.
  package var maximumDataByteCount: UInt64 = 128 << 20
  /// How many descriptors are replayed at most.
  package var maximumDescriptorCount: UInt64 = 1 << 20
  /// How many sectors a descriptor may zero one by one before that counts as never ending.
  package var maximumZeroedSectorCount: UInt64
  /// What goes into the headers; handed in, so that one seed gives one image.
  package var fileWriteGUID: GUID
  /// Written with ``RecoveryBug/dataGUIDChanged`` only.
  package var dataWriteGUID: GUID

  /// - Parameter maximumFileByteCount: 128 TiB holds every image that the format allows.
  package init(
    access: Access = .readWrite, maximumFileByteCount: UInt64 = 1 << 47,
    maximumZeroedSectorCount: UInt64 = 1 << 18,
    fileWriteGUID: GUID = GUID(low: 0x7265_636f_7665_7265, high: 1),
    dataWriteGUID: GUID = GUID(low: 0x7265_636f_7665_7265, high: 2)
  ) {
    self.access = access
    self.maximumFileByteCount = maximumFileByteCount
    self.maximumZeroedSectorCount = maximumZeroedSectorCount
    self.fileWriteGUID = fileWriteGUID
    self.dataWriteGUID = dataWriteGUID
  }
}

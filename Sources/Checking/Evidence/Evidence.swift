import BlockDevice
import Bytes
import CrashStates
import Workload
import WriteLog

/// Everything that is known of a recording. The log is always there; what else there is decides which
/// rules can be judged.
package struct Evidence: Sendable {
  package var index: WriteLogIndex
  package var history: DiskHistory
  /// What the client was told when: from the run itself, or from the marks of the log.
  package var client: ClientHistory?
  /// Whether ``client`` was made up from the log itself.
  package var arePromisesImplied = false
  /// The contents that a write of the client was submitted with, unit by unit of its range.
  package var submittedUnits: (@Sendable (ClientOperation) -> [Digest128])?
  /// How these contents tell whose they are.
  package var contents = ContentsStyle.stamped
  /// The device as the run left it.
  package var live: LiveContents?
  /// What only a simulation knows.
  package var traces: Traces?
  /// Whether a discarded range reads as zeroes. Where it does not, any older version may show.
  package var discardPromisesZeroes = true
  /// Whether it is known who carried discards out: else a read of what was discarded may show anything it had.
  package var isWriterKnown = true
  /// What the disk holds, with what opens it after a crash.
  package var format: any ImageFormat = RawFormat()
  /// Whether only the program that wrote the disk can read what the client wrote, so that none of the
  /// client's promises can be looked for in it.
  package var isOpaque = false
  /// The program that reads such a disk; `nil` where none is there to ask.
  package var opaqueReader: OpaqueReader?

  package init(index: WriteLogIndex, history: DiskHistory) {
    self.index = index
    self.history = history
  }

  /// Nothing but the log.
  package init(history: DiskHistory) {
    self.init(index: history.index, history: history)
  }
}

extension Evidence {
  /// The same without a history of the client, where nothing in the disk can be held against it.
  var withReadablePromises: Evidence {
    var readable = self
    if isOpaque, opaqueReader == nil { readable.client = nil }
    return readable
  }

  /// The same without the live device, where that can have more than the log.
  var withComparableDevice: Evidence {
    var comparable = self
    if traces?.logFailedAt != nil { comparable.live = nil }
    return comparable
  }

  /// Why a log is not compared with the device, neither with what it holds nor with what it could.
  static let whatFailedLogLacks =
    "the log's device failed, so the device can have more than the log"

  /// Whether the device refused something on behalf of an operation that was acknowledged.
  var hasUnreportedError: Bool {
    traces?.data.contains { operation in
      operation.error != nil
        && operation.clientOperation.flatMap { client?.record(of: $0)?.isAcknowledged } ?? false
    } ?? false
  }
}

/// The contents of a device after a run.
package enum LiveContents: Sendable {
  case sparse(SparseBytes)
  case region(ByteRegion)

  package var byteCount: UInt64 {
    switch self {
    case .sparse(let bytes): bytes.byteCount
    case .region(let region): UInt64(region.byteCount)
    }
  }

  /// The digest of the whole device.
  package var digest: Digest128 {
    switch self {
    case .sparse(let bytes): return bytes.stateDigest
    case .region(let region):
      var sum = region.sumOfWholeUnits
      let unit = StateSum.unitByteCount
      let whole = region.byteCount / unit * unit
      if whole < region.byteCount {
        let last = UInt64(whole / unit)
        let hash = Checksum.xxh3Wide(self.unit(at: last))
        sum += StateSum.contribution(ofHash: hash, unitIndex: last)
      }
      return sum.digest(diskByteCount: byteCount)
    }
  }

  /// 512 bytes; zeroes beyond the end.
  package func unit(at unitIndex: UInt64) -> [UInt8] {
    switch self {
    case .sparse(let bytes): return bytes.unit(at: unitIndex)
    case .region(let region):
      let unit = StateSum.unitByteCount
      let start = min(Int(clamping: unitIndex) * unit, region.byteCount)
      let bytes = region.bytes(in: start..<min(start + unit, region.byteCount))
      return bytes + [UInt8](repeating: 0, count: unit - bytes.count)
    }
  }
}

/// What the devices of a simulation saw. Times are event numbers of the simulation.
package struct Traces: Sendable {
  /// The device under the logger.
  package var data: [DeviceOperation]
  /// The device that holds the log.
  package var log: [DeviceOperation]
  package var sessions: [Session]
  /// After how many entries the logger promises to rewrite the superblock; `nil` where it does not.
  package var superblockInterval: Int?
  /// What the device under the logger held before its first operation.
  package var initialContents: SparseBytes

  /// When the log's device first failed; `nil` where it did not.
  package var logFailedAt: UInt64? {
    log.lazy.filter { $0.error != nil }.compactMap(\.completedAt).min()
  }

  /// What the log looked like when a session opened it.
  package struct Session: Sendable {
    /// How many log operations there were before.
    package var firstLogOperation: Int
    /// Why the session could not open the log.
    package var openingError: String?
    /// Why the session could not open the disk, though no operation of the device had failed.
    package var diskOpeningError: String?
    /// How many entries the log had when the session opened it.
    package var entryCount = 0
    /// When the logger had closed the log; `nil` where it did not, or could not.
    package var closedAt: UInt64?

    package init(firstLogOperation: Int, openingError: String? = nil) {
      self.firstLogOperation = firstLogOperation
      self.openingError = openingError
    }
  }

  package init(
    data: [DeviceOperation], log: [DeviceOperation], sessions: [Session],
    superblockInterval: Int? = nil, initialContents: SparseBytes
  ) {
    self.superblockInterval = superblockInterval
    self.initialContents = initialContents
    self.data = data
    self.log = log
    self.sessions = sessions
  }
}

import Bytes
import LogOracle
import Rules
import VHDX

/// What the specification makes of a dirty image, by a reading of its own: the recovery that is judged,
/// and ours is one of them, has no part in it.
final class ExpectedRecovery {
  let before: any ImageFile
  let replay: OracleReplay
  /// The file as recovery must leave it; as it was, where it must be refused.
  let file: ReplayedFile

  /// Everything in the ring that looks like an entry.
  private(set) lazy var survey = LoggedEntry.survey(of: replay.log)

  init(_ before: any ImageFile, options: RecoveryOptions) {
    self.before = before
    replay = OracleReplay(OracleImage(before), limits: OracleReplay.Limits(options))
    file = ReplayedFile(before, replay)
  }

  var header: OracleHeader? { replay.header }

  /// The log's place in the file; `nil` where no header says where it is.
  var logRange: ByteRange? { replay.log?.range }

  /// The run to replay.
  var active: OracleLog.Run? { replay.active.map { replay.runs[$0] } }

  /// The entries to replay, from the Tail to the newest.
  var replayed: [OracleEntry] {
    guard case .replayed(let entries) = replay.verdict else { return [] }
    return entries
  }

  /// Whether the image opens, and with what it then holds; `nil` where that is a matter of how long a
  /// file the surroundings allow, which no rule decides.
  var opens: Bool? {
    switch replay.verdict {
    case .notNeeded, .replayed: true
    case .refused: false
    case .beyondLimits: nil
    }
  }

  /// Why it is to be refused.
  var refusal: OracleRefusal? {
    guard case .refused(let refusal) = replay.verdict else { return nil }
    return refusal
  }

  var isNotNeeded: Bool {
    if case .notNeeded = replay.verdict { return true }
    return false
  }

  func isReplayed(_ entry: LoggedEntry) -> Bool {
    replayed.contains { $0.place == entry.header.place }
  }

  /// Which of the runs an entry is part of.
  func runIndex(of entry: LoggedEntry) -> Int? {
    replay.runs.firstIndex { run in run.entries.contains { $0.place == entry.header.place } }
  }
}

/// What begins like an entry, valid or not, and what it would do to the file.
struct LoggedEntry {
  let log: OracleLog
  let header: OracleEntry
  let updates: [OracleUpdate]

  static let maximumCount = 1024
  private static let maximumUpdateCount: UInt64 = 4096

  static func survey(of log: OracleLog?) -> [LoggedEntry] {
    guard let log else { return [] }
    return log.survey(limit: maximumCount).map {
      LoggedEntry(
        log: log, header: $0, updates: log.updates(of: $0, limit: maximumUpdateCount))
    }
  }

  /// Whether one of its updates puts these 4096 bytes at a sector of the file.
  func puts(_ bytes: [UInt8], atSector fileByteOffset: UInt64) -> Bool {
    let sector = ByteRange(byteOffset: fileByteOffset, byteCount: OracleLog.sectorByteCount)
    return updates.contains { update in
      let isThere =
        update.isData ? update.fileByteOffset == fileByteOffset : update.touches(sector)
      return isThere && log.contents(of: update) == bytes
    }
  }

  /// Whether it zeroes a range from its first byte on.
  func zeroes(_ range: ByteRange) -> Bool {
    updates.contains {
      !$0.isData && $0.fileByteOffset == range.byteOffset && $0.byteCount >= range.byteCount
    }
  }

  func touches(_ range: ByteRange) -> Bool { updates.contains { $0.touches(range) } }
}

/// The file as the specification's replay leaves it.
final class ReplayedFile: ImageFile {
  let base: any ImageFile
  let byteCount: UInt64
  /// Where it can be another one than the base.
  let touched: [ByteRange]
  private let replay: OracleReplay

  init(_ base: any ImageFile, _ replay: OracleReplay) {
    self.base = base
    self.replay = replay
    byteCount = replay.byteCount
    let sectors = replay.sectors.keys.map {
      ByteRange(byteOffset: $0, byteCount: OracleLog.sectorByteCount)
    }
    touched = OverlayImage.merged(sectors + replay.zeroed)
  }

  func read(_ range: ByteRange) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(range.byteCount))
    var start = range.byteOffset
    while start < range.endByteOffset {
      let sector = start - start % OracleLog.sectorByteCount
      let end = min(sector + OracleLog.sectorByteCount, range.endByteOffset)
      if let contents = replay.sector(at: sector) {
        bytes += contents[Int(start - sector)..<Int(end - sector)]
      } else {
        bytes += base.readPadded(ByteRange(byteOffset: start, byteCount: end - start))
      }
      start = end
    }
    return bytes
  }
}

extension OracleImage {
  init(_ file: any ImageFile) {
    self.init(
      byteCount: file.byteCount, contents: file.read, zeroByteCount: file.knownZeroByteCount)
  }
}

extension OracleReplay.Limits {
  /// Those of the recovery under test.
  init(_ options: RecoveryOptions) {
    self.init(
      fileByteCount: options.maximumFileByteCount, dataByteCount: options.maximumDataByteCount,
      descriptorCount: options.maximumDescriptorCount)
  }
}

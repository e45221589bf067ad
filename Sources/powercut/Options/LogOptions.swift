import ArgumentParser
import Bytes
import Campaign
import CrashStates
import Host
import ToolSupport
import WriteLog

extension LogOrigin: ExpressibleByArgument {}

/// How a log from outside is read.
struct LogOptions: ParsableArguments {
  @Option(help: "The device before the first entry; zeroes where it is not given.")
  var base: String?

  @Option(help: "Length of the device, where the log does not tell: 64MiB.")
  var imageSize: ByteCountArgument?

  @Option(help: "The log's sector size, where its superblock was never written.")
  var logSectorSize: ByteCountArgument?

  @Option(
    help: """
      Who wrote the log: powercut, linux (dm-log-writes), qemu (blklogwrites) or unknown. (default: \
      powercut where its entries say so, else unknown)
      """)
  var origin: LogOrigin?

  @Flag(help: "Use the entries behind the superblock's count also where nothing proves them.")
  var useTail = false

  func validate() throws {
    if let logSectorSize {
      guard let sector = UInt32(exactly: logSectorSize.byteCount), Superblock.isAllowed(sector)
      else {
        throw ValidationError("--log-sector-size must be a power of two from 512 to 8 MiB")
      }
    }
    if let imageSize, imageSize.byteCount > UInt64(Int64.max) {
      throw ValidationError("--image-size is larger than any device")
    }
  }

  /// Who wrote a log: as it was told, or as the log shows.
  func origin(of index: WriteLogIndex) -> LogOrigin { origin ?? LogOrigin(recognizing: index) }

  /// Maps a log and reads it once.
  ///
  /// - Parameter isGrowable: whether the device is a file that entries may make longer.
  func index(_ path: String, isGrowable: Bool) throws -> WriteLogIndex {
    var options = LogReadingOptions(tail: useTail ? .all : .proven)
    if !isGrowable { options.deviceByteCount = imageSize?.byteCount }
    options.sectorByteCount = logSectorSize.map { UInt32($0.byteCount) }
    return try WriteLogIndex(reading: MappedFile.map(path), options: options)
  }

  /// Prepares a log for looking at its states.
  ///
  /// - Parameters:
  ///   - hasMarkedLengths: whether only size marks change the length.
  ///   - ignoredFlushes: entries whose FLUSH makes nothing durable.
  ///   - isDigested: whether the digests of all cuts are made.
  func history(
    _ index: WriteLogIndex, hasMarkedLengths: Bool = false, ignoredFlushes: Set<Int> = [],
    isDigested: Bool = true
  ) throws -> DiskHistory {
    try DiskHistory(
      index: index, base: base.map { try MappedFile.map($0) },
      initialByteCount: imageSize?.byteCount, hasMarkedLengths: hasMarkedLengths,
      ignoredFlushes: ignoredFlushes, isDigested: isDigested)
  }

  /// The same options as they are typed.
  var words: [String] {
    var words: [String] = []
    if let base { words += ["--base", base.shellQuoted] }
    if let origin { words += ["--origin", origin.rawValue] }
    if let imageSize { words += ["--image-size", "\(imageSize.byteCount)"] }
    if let logSectorSize { words += ["--log-sector-size", "\(logSectorSize.byteCount)"] }
    if useTail { words.append("--use-tail") }
    return words
  }
}

extension WriteLogIndex {
  /// What a person has to know about the shape of the log, a line each.
  var shapeNotes: [String] {
    var notes: [String] = []
    if superblock == nil {
      notes.append("the superblock was never written: its writer was killed early")
    } else if let superblock, isCountStale {
      notes.append(
        "stale count: the superblock counts \(superblock.entryCount), the log holds \(entryCount)")
    }
    switch tail {
    case .none: break
    case .used(let entryCount): notes.append("\(entryCount) entries behind the count are used")
    case .unproven(let entryCount) where foreignTailIdentity != nil:
      notes.append("\(entryCount) entries of an older log stand behind the chain and are left out")
    case .unproven where entryWithoutData != nil: break
    case .unproven(let entryCount):
      notes.append(
        """
        \(entryCount) more entries parse behind the count and may be of an older log; --use-tail \
        takes them
        """)
    }
    if let entryWithoutData {
      notes.append(
        """
        the log ends before entry \(entryWithoutData): its header is there, and its data is not what the \
        header says
        """)
    }
    return notes
  }
}

import Bytes
import CrashStates
import Glibc
import Host
import WriteLog

/// A log of 10 million entries and 100 GB, mostly holes: how long it takes until any of its crash
/// states can be looked at, and how much memory.
///
/// Of 16 entries 15 are discards, which are a header only, and one is a write of 152 KiB of which
/// nothing but the header is stored. The file takes some 7 GB, so it is made beside the reports and
/// not in memory.
///
/// The index reads headers only. A history reads all payload, and of holes the system makes pages of
/// zeroes first, which takes many minutes for 100 GB; so it is measured on a log of as many entries
/// whose writes are 4 KiB. Neither keeps payload in memory.
struct HugeLogMeasurement {
  static let entryCount = 10_000_000
  private static let groupEntryCount = 16
  private static let indexedPayloadByteCount = 152 << 10
  private static let preparedPayloadByteCount = 4 << 10
  private static let sectorByteCount: UInt32 = 512

  struct Outcome {
    var logByteCount: UInt64
    var indexNanoseconds: UInt64
    var indexPeakByteCount: UInt64
    /// With the index.
    var historyNanoseconds: UInt64
    var historyPeakByteCount: UInt64
  }

  /// Writes the log, and lets processes of their own read it, whose memory nothing else has used.
  static func run(folder: String) throws -> Outcome {
    let path = "\(folder)/huge.log"
    defer { Folders.remove(path) }
    let logByteCount = try write(to: path, payloadByteCount: indexedPayloadByteCount)
    let index = try measured("--index-only", path)
    _ = try write(to: path, payloadByteCount: preparedPayloadByteCount)
    let history = try measured("--history-only", path)
    return Outcome(
      logByteCount: logByteCount, indexNanoseconds: index.nanoseconds,
      indexPeakByteCount: index.peakByteCount, historyNanoseconds: history.nanoseconds,
      historyPeakByteCount: history.peakByteCount)
  }

  /// What a process of its own does: prints entry count, nanoseconds and peak bytes.
  static func indexOnly(_ path: String) throws {
    let start = MonotonicClock.nanoseconds
    let index = try WriteLogIndex(reading: MappedFile.map(path))
    report(index.entryCount, since: start)
  }

  /// The same with all that a jump to any cut needs, and a look at states all over the log.
  static func historyOnly(_ path: String) throws {
    let start = MonotonicClock.nanoseconds
    let index = try WriteLogIndex(reading: MappedFile.map(path))
    let history = try DiskHistory(index: index, base: nil, initialByteCount: nil)
    var previous: Digest128?
    // Whatever of these discards and writes of zeroes is lost, the disk is zero.
    for cut in stride(from: groupEntryCount, through: entryCount, by: entryCount / 1000) {
      let digest = history.digest(of: CrashState(cut: cut, lost: [cut - groupEntryCount]))
      guard digest == previous ?? digest else {
        throw BenchmarkError(description: "a disk of zeroes has two digests")
      }
      previous = digest
    }
    report(history.entryCount, since: start)
  }

  private static func report(_ entryCount: Int, since start: UInt64) {
    print(entryCount, MonotonicClock.nanoseconds - start, PeakMemory.bytes ?? 0)
  }

  private static func measured(
    _ option: String, _ path: String
  ) throws -> (nanoseconds: UInt64, peakByteCount: UInt64) {
    guard let program = CommandLine.arguments.first else {
      throw BenchmarkError(description: "this program does not know its own path")
    }
    let outcome = try ChildProcess.run(argv: [program, option, path])
    let words = outcome.outputText.split { $0 == " " || $0 == "\n" }.compactMap { UInt64($0) }
    guard outcome.status == .exited(0), words.count == 3, words[0] == UInt64(entryCount) else {
      throw BenchmarkError(
        description: "\(option): \(outcome.status) \(outcome.outputText)\(outcome.errorText)")
    }
    return (words[1], words[2])
  }

  private static func write(to path: String, payloadByteCount: Int) throws -> UInt64 {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw BenchmarkError(description: "cannot make \(path)") }
    defer { _ = close(descriptor) }
    let group = groupHeaders(payloadByteCount)
    let strideByteCount = group.count + payloadByteCount
    try put(
      Superblock(entryCount: UInt64(entryCount), sectorByteCount: sectorByteCount).encode(), at: 0,
      descriptor)
    for groupIndex in 0..<entryCount / groupEntryCount {
      try put(group, at: Int(sectorByteCount) + groupIndex * strideByteCount, descriptor)
    }
    let byteCount = Int(sectorByteCount) + entryCount / groupEntryCount * strideByteCount
    guard ftruncate(descriptor, off_t(byteCount)) == 0 else {
      throw BenchmarkError(description: "cannot make \(path) \(byteCount) bytes long")
    }
    return UInt64(byteCount)
  }

  private static func groupHeaders(_ payloadByteCount: Int) -> [UInt8] {
    let discard = EntryHeader(sector: 0, sectorCount: 8, flags: .discard)
      .encode(sectorByteCount: sectorByteCount)
    let write = EntryHeader(
      sector: 0, sectorCount: UInt64(payloadByteCount) / UInt64(sectorByteCount), flags: []
    ).encode(sectorByteCount: sectorByteCount)
    return (1..<groupEntryCount).flatMap { _ in discard } + write
  }

  private static func put(_ bytes: [UInt8], at byteOffset: Int, _ descriptor: Int32) throws {
    let written = unsafe pwrite(descriptor, bytes, bytes.count, off_t(byteOffset))
    guard written == bytes.count else {
      throw BenchmarkError(description: "cannot write at byte \(byteOffset): is the disk full?")
    }
  }
}

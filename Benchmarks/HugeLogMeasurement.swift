import Bytes
import Glibc
import Host
import WriteLog

/// A log of 10 million entries and 100 GB, mostly holes: how long its index takes, and how much
/// memory.
///
/// Of 16 entries 15 are discards, which are a header only, and one is a write of 152 KiB of which
/// nothing but the header is stored. The file takes some 7 GB, so it is made beside the reports and
/// not in memory.
struct HugeLogMeasurement {
  static let entryCount = 10_000_000
  private static let groupEntryCount = 16
  private static let payloadByteCount = 152 << 10
  private static let sectorByteCount: UInt32 = 512

  struct Outcome {
    var logByteCount: UInt64
    var indexNanoseconds: UInt64
    var peakByteCount: UInt64
  }

  /// Writes the log, and lets a process of its own index it, whose memory nothing else has used.
  static func run(folder: String) throws -> Outcome {
    let path = "\(folder)/huge.log"
    defer { Folders.remove(path) }
    let logByteCount = try write(to: path)
    guard let program = CommandLine.arguments.first else {
      throw BenchmarkError(description: "this program does not know its own path")
    }
    let outcome = try ChildProcess.run(argv: [program, "--index-only", path])
    let words = outcome.outputText.split { $0 == " " || $0 == "\n" }.compactMap { UInt64($0) }
    guard outcome.status == .exited(0), words.count == 3, words[0] == UInt64(entryCount) else {
      throw BenchmarkError(
        description: "--index-only: \(outcome.status) \(outcome.outputText)\(outcome.errorText)")
    }
    return Outcome(
      logByteCount: logByteCount, indexNanoseconds: words[1], peakByteCount: words[2])
  }

  /// What the process of its own does: prints entry count, nanoseconds and peak bytes.
  static func indexOnly(_ path: String) throws {
    let start = MonotonicClock.nanoseconds
    let index = try WriteLogIndex(reading: MappedFile.map(path))
    let elapsedNanoseconds = MonotonicClock.nanoseconds - start
    print(index.entryCount, elapsedNanoseconds, PeakMemory.bytes ?? 0)
  }

  private static func write(to path: String) throws -> UInt64 {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw BenchmarkError(description: "cannot make \(path)") }
    defer { _ = close(descriptor) }
    let group = groupHeaders()
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

  private static func groupHeaders() -> [UInt8] {
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

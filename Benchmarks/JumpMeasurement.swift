import Bytes
import CrashStates
import Host
import Scheduling

/// How long it takes to jump to a cut at random and look at the disk there.
struct JumpMeasurement {
  static let readCount = 16
  private static let readByteCount: UInt64 = 4096
  private static let jumpCount = 20_000

  /// One sample for each jump: the digest there, the length, and reads of 4 KiB anywhere on the disk.
  static func run(_ history: DiskHistory) throws -> Samples {
    var stream = RandomStream(Seed(2), .workload)
    var samples = Samples()
    let pageCount = Int(StandardLog.deviceByteCount / readByteCount)
    for _ in 0..<jumpCount {
      let state = CrashState(cut: stream.next(below: history.entryCount + 1))
      let pages = (0..<readCount).map { _ in UInt64(stream.next(below: pageCount)) }
      let start = MonotonicClock.nanoseconds
      _ = history.digest(of: state)
      var byteCount = history.byteCount(of: state)
      for page in pages {
        let range = ByteRange(byteOffset: page * readByteCount, byteCount: readByteCount)
        byteCount += UInt64(history.read(range, in: state).count)
      }
      samples.nanoseconds.append(MonotonicClock.nanoseconds - start)
      guard byteCount == StandardLog.deviceByteCount + UInt64(readCount) * readByteCount else {
        throw BenchmarkError(description: "a view of \(byteCount) bytes")
      }
    }
    return samples
  }
}

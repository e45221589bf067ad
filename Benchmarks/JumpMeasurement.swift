import CrashStates
import Host
import Scheduling

/// How long it takes to jump to a cut at random and look at units of the disk there.
struct JumpMeasurement {
  static let viewedUnitCount = 16
  private static let jumpCount = 20_000

  /// One sample for each jump: the digest there, and the bytes of 16 units anywhere on the disk.
  static func run(_ history: DiskHistory) throws -> Samples {
    var stream = RandomStream(Seed(2), .workload)
    var samples = Samples()
    let unitCount = Int(StandardLog.deviceByteCount / 512)
    for _ in 0..<jumpCount {
      let state = CrashState(cut: stream.next(below: history.entryCount + 1))
      let start = MonotonicClock.nanoseconds
      var byteCount = 0
      _ = history.digest(atCut: state.cut)
      for _ in 0..<viewedUnitCount {
        let unit = UInt64(stream.next(below: unitCount))
        byteCount += history.bytes(history.contents(ofUnit: unit, in: state)).count
      }
      samples.nanoseconds.append(MonotonicClock.nanoseconds - start)
      guard byteCount == viewedUnitCount * 512 else {
        throw BenchmarkError(description: "a view of \(byteCount) bytes")
      }
    }
    return samples
  }
}

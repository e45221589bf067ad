import Host
import TestSupport
import Testing

@Suite struct ProcessStatusTests {
  @Test func processorsAreThoseThatNprocCounts() throws {
    let count = try shell("nproc").split(separator: "\n").joined()
    #expect(Processors.count == Int(count))
  }

  @Test func peakMemoryGrowsWithWhatIsTouched() throws {
    let before = try #require(PeakMemory.bytes)
    #expect(before > 1 << 20)
    var bytes = [UInt8](repeating: 1, count: 1 << 28)
    bytes[before.nonzeroBitCount] = 2
    #expect(try #require(PeakMemory.bytes) >= 1 << 28)
    #expect(bytes[before.nonzeroBitCount] == 2)
  }

  @Test func theClockGoesForward() {
    let first = MonotonicClock.nanoseconds
    var next = MonotonicClock.nanoseconds
    while next == first { next = MonotonicClock.nanoseconds }
    #expect(next > first)
  }

  @Test func unsetVariablesAreNil() {
    #expect(Environment.value("POWERCUT_NO_SUCH_VARIABLE") == nil)
    #expect(Environment.value("PATH") != nil)
  }
}

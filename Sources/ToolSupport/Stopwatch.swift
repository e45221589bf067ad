import Host
import Reporting

/// How long a command takes.
package struct Stopwatch {
  private let start = MonotonicClock.nanoseconds
  private let startText = WallClock.text

  package init() {}

  package func timing(jobCount: Int) -> ReportTiming {
    ReportTiming(
      elapsedNanoseconds: elapsedNanoseconds, jobCount: jobCount, startText: startText)
  }

  package var elapsedNanoseconds: UInt64 { MonotonicClock.nanoseconds - start }
}

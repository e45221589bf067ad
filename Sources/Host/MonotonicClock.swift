import Glibc

/// A clock that never goes back and does not say what time it is.
package enum MonotonicClock {
  /// Nanoseconds since some moment before the process started.
  package static var nanoseconds: UInt64 {
    var time = timespec()
    _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}

import Glibc

/// The time of day, for reports alone.
package enum WallClock {
  /// UTC, to the second: `2026-11-29T03:19:05`.
  package static var text: String {
    var now = timespec()
    _ = unsafe clock_gettime(CLOCK_REALTIME, &now)
    var parts = unsafe tm()
    guard unsafe gmtime_r(&now.tv_sec, &parts) != nil else { return "1970-01-01T00:00:00" }
    let date = unsafe [Int(parts.tm_year) + 1900, Int(parts.tm_mon) + 1, Int(parts.tm_mday)]
    let time = unsafe [Int(parts.tm_hour), Int(parts.tm_min), Int(parts.tm_sec)]
    return joined(date, "-") + "T" + joined(time, ":")
  }

  private static func joined(_ numbers: [Int], _ separator: String) -> String {
    numbers.map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: separator)
  }
}

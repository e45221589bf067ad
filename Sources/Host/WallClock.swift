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

  /// How many seconds ago a time was that ``text`` has given; very long ago where it is none.
  package static func seconds(since text: String) -> Int64 {
    let numbers = text.split { "-T:".contains($0) }.map { Int32($0) }
    guard text.utf8.count == 19, numbers.count == 6 else { return .max }
    var parts = unsafe tm()
    let fields = numbers.map { $0 ?? 0 }
    unsafe parts.tm_year = fields[0] - 1900
    unsafe parts.tm_mon = fields[1] - 1
    unsafe parts.tm_mday = fields[2]
    unsafe parts.tm_hour = fields[3]
    unsafe parts.tm_min = fields[4]
    unsafe parts.tm_sec = fields[5]
    return Int64(time(nil)) - Int64(unsafe timegm(&parts))
  }

  private static func joined(_ numbers: [Int], _ separator: String) -> String {
    numbers.map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: separator)
  }
}

/// Numbers and times as a page shows them.
enum PageNumbers {
  /// `12,345`.
  static func grouped(_ number: some BinaryInteger) -> String {
    let digits = Array("\(number)")
    let first = digits.first == "-" ? 1 : 0
    var text = ""
    for (place, digit) in digits.enumerated() {
      if place > first, (digits.count - place) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return text
  }

  /// `2026-11-30 22:00 UTC` of what a ledger has; what is no such time stays as it is.
  static func date(_ time: String) -> String {
    let parts = time.split(separator: "T", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1].count >= 5 else { return time }
    return "\(parts[0]) \(parts[1].prefix(5)) UTC"
  }

  /// Seeds per second: `1,234`, `12.3`, `0.07`; a dash where nothing was measured.
  static func rate(_ count: Int, nanoseconds: UInt64) -> String {
    guard nanoseconds > 0, count > 0 else { return "–" }
    let perSecond = Double(count) * 1e9 / Double(nanoseconds)
    if perSecond >= 100 { return grouped(Int(perSecond.rounded())) }
    let digits = perSecond >= 10 ? 1 : 2
    let scale = digits == 1 ? 10 : 100
    let scaled = Int((perSecond * Double(scale)).rounded())
    let rest = "\(scaled % scale)"
    return "\(scaled / scale)." + String(repeating: "0", count: digits - rest.count) + rest
  }

  /// `7 h 59 min`, `3 min 20 s`, `4.2 s`.
  static func duration(_ nanoseconds: UInt64) -> String {
    let seconds = nanoseconds / 1_000_000_000
    if seconds >= 3600 { return "\(seconds / 3600) h \(seconds % 3600 / 60) min" }
    if seconds >= 60 { return "\(seconds / 60) min \(seconds % 60) s" }
    return "\(seconds).\(nanoseconds / 100_000_000 % 10) s"
  }
}

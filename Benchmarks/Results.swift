/// What was measured, and how it compares with what was aimed at.
struct Results {
  struct Row {
    var name: String
    var summary: String
    var times: Samples
    /// Whether it goes through the standard log, as `cp` and `xxhsum` do.
    var isComparable = true
  }

  struct Aim {
    var text: String
    /// Never larger than `limit` where the aim is met; both in the unit that the text names.
    var found: Double
    var limit: Double
    var isMet: Bool { found <= limit }
  }

  var command: String
  var processorCount: Int
  var repetitionCount: Int
  var facts: [(name: String, value: UInt64)] = []
  var rows: [Row] = []
  var aims: [Aim] = []

  func median(_ name: String) -> Double {
    Double(rows.first { $0.name == name }?.times.median ?? 0)
  }
}

extension Double {
  /// With a fixed number of digits after the point, whatever the locale.
  func fixed(_ digitCount: Int) -> String {
    var scale = 1.0
    for _ in 0..<digitCount { scale *= 10 }
    let scaled = Int((self * scale).rounded())
    if digitCount == 0 { return "\(scaled)" }
    let digits = "\(scaled % Int(scale))"
    let zeroes = String(repeating: "0", count: digitCount - digits.count)
    return "\(scaled / Int(scale)).\(zeroes)\(digits)"
  }
}

import Bytes

/// Pieces of a scenario file as text.
enum YAMLText {
  /// A string as one scalar that reads as itself: plain where nothing in it means something to YAML,
  /// between double quotes otherwise.
  static func scalar(_ text: String) -> String {
    isPlain(text) ? text : quoted(text)
  }

  /// The same between double quotes in any case, as inside of a list.
  static func quoted(_ text: String) -> String {
    "\"" + text.unicodeScalars.map(escaped).joined() + "\""
  }

  /// `[a, b]`.
  static func list(_ items: [String]) -> String { "[\(items.listed)]" }

  /// `4096` as `4KiB`: the largest unit of which it is a whole number.
  static func byteCount(_ byteCount: UInt64) -> String {
    for (suffix, unit) in ByteCountText.units.reversed()
    where byteCount > 0 && byteCount % unit == 0 {
      return "\(byteCount / unit)\(suffix)"
    }
    return "\(byteCount)"
  }

  /// Letters, digits and marks that mean nothing inside of a scalar of a block; a colon does only in front
  /// of a blank or at the end.
  private static func isPlain(_ text: String) -> Bool {
    guard let first = text.unicodeScalars.first, first.isASCIILetter else { return false }
    if text.hasSuffix(" ") || text.hasSuffix(":") { return false }
    let words = text.split(separator: " ", omittingEmptySubsequences: false)
    if words.contains(where: { $0.hasSuffix(":") }) { return false }
    return text.unicodeScalars.allSatisfy {
      $0.isASCIILetter || ("0"..."9").contains($0) || " -_.,:;()/+'!?".unicodeScalars.contains($0)
    }
  }

  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\"", "\\": "\\\(scalar)"
    case "\n": "\\n"
    // What a YAML file may hold as it is: neither controls, nor line ends, nor byte order marks.
    case "\u{20}"..."\u{7e}", "\u{a0}"..."\u{2027}", "\u{202a}"..."\u{d7ff}",
      "\u{e000}"..."\u{fefe}", "\u{ff00}"..."\u{fffd}", "\u{10000}"...:
      "\(scalar)"
    default: "\\u" + String(repeating: "0", count: 4 - scalar.hex.count) + scalar.hex
    }
  }
}

extension Unicode.Scalar {
  fileprivate var isASCIILetter: Bool {
    ("a"..."z").contains(self) || ("A"..."Z").contains(self)
  }

  fileprivate var hex: String { String(value, radix: 16) }
}

/// A mapping in one line, as `{ bytes: 4MiB, sector: 4096 }`; keys whose values are the defaults are
/// left out.
struct YAMLMapping {
  private(set) var parts: [String] = []

  var isEmpty: Bool { parts.isEmpty }
  var text: String { "{ \(parts.listed) }" }

  mutating func add(_ key: String, _ value: String) {
    parts.append("\(key): \(value)")
  }

  mutating func add<Value: Equatable>(
    _ key: String, _ value: Value, unless usual: Value, _ text: (Value) -> String = { "\($0)" }
  ) {
    if value != usual { add(key, text(value)) }
  }

  /// Adds a number of bytes.
  mutating func add(byteCount key: String, _ value: UInt64, unless usual: UInt64) {
    add(key, value, unless: usual, YAMLText.byteCount)
  }

  /// Adds a number of bytes where there is one.
  mutating func add(byteCount key: String, _ value: UInt64?) {
    if let value { add(key, YAMLText.byteCount(value)) }
  }
}

import Bytes
import Yams

/// A mapping of a scenario file that knows which of its keys were asked for, so that a key that nobody
/// knows is refused with its line.
package struct ScenarioNode {
  package let line: Int?
  private let entries: [(key: String, value: Node, line: Int?)]

  /// - Throws: ``ScenarioError`` where `node` is no mapping, or has a key that is not in `keys` or
  ///   stands twice.
  package init(_ node: Node, named name: String, keys: [String]) throws(ScenarioError) {
    line = node.mark?.line
    guard let mapping = node.mapping else {
      throw ScenarioError(line: line, "'\(name)' must be a mapping with the keys \(keys.listed)")
    }
    var entries: [(key: String, value: Node, line: Int?)] = []
    for (key, value) in mapping {
      let text = key.string ?? ""
      guard keys.contains(text) else {
        throw ScenarioError(
          line: key.mark?.line,
          "unknown key '\(text)' in '\(name)'\(keys.hint(text)); known are \(keys.listed)")
      }
      guard !entries.contains(where: { $0.key == text }) else {
        throw ScenarioError(line: key.mark?.line, "the key '\(text)' stands twice in '\(name)'")
      }
      entries.append((text, value, key.mark?.line))
    }
    self.entries = entries
  }

  package var keys: [String] { entries.map(\.key) }

  package func node(_ key: String) -> Node? { entries.first { $0.key == key }?.value }

  /// Where the key stands; `nil` where it is absent.
  package func line(of key: String) -> Int? { entries.first { $0.key == key }?.line }

  /// - Parameter owner: what the keys belong to instead.
  /// - Throws: ``ScenarioError`` at the first of them that is there.
  package func refuse(_ keys: [String], for owner: String) throws(ScenarioError) {
    for key in keys {
      guard node(key) != nil else { continue }
      throw ScenarioError(line: line(of: key), "'\(key)' belongs to \(owner)")
    }
  }

  package func required(_ key: String) throws(ScenarioError) -> Node {
    guard let node = node(key) else {
      throw ScenarioError(line: line, "the key '\(key)' is missing")
    }
    return node
  }

  /// A whole number of `range`; `nil` where the key is absent.
  package func integer(_ key: String, in range: ClosedRange<Int>) throws(ScenarioError) -> Int? {
    guard let node = node(key) else { return nil }
    guard let value = node.scalar.flatMap({ Int(digits: $0.string) }), range.contains(value) else {
      throw ScenarioError(
        line: node.mark?.line,
        """
        '\(key)' must be a whole number from \(range.lowerBound) to \(range.upperBound), found \
        \(node.shown)
        """)
    }
    return value
  }

  /// A number of bytes, plain or with KiB, MiB or GiB; `nil` where the key is absent.
  func byteCount(_ key: String, in range: ClosedRange<UInt64>) throws(ScenarioError) -> UInt64? {
    guard let node = node(key) else { return nil }
    return try node.byteCount(named: key, in: range)
  }
}

extension Node {
  func byteCount(
    named name: String, in range: ClosedRange<UInt64>
  ) throws(ScenarioError) -> UInt64 {
    guard let text = scalar?.string, let value = ByteCountText.parse(text), range.contains(value)
    else {
      throw ScenarioError(
        line: mark?.line,
        """
        '\(name)' must be a number of bytes such as \(ByteCountText.forms), from \(range.lowerBound) to \
        \(range.upperBound), found \(shown)
        """)
    }
    return value
  }

  /// `true` or `false`, and no other word for them.
  ///
  /// - Throws: ``ScenarioError`` with the line of anything else.
  package func truth(named name: String) throws(ScenarioError) -> Bool {
    switch scalar?.string {
    case "true": return true
    case "false": return false
    default:
      throw ScenarioError(line: mark?.line, "'\(name)' must be true or false, found \(shown)")
    }
  }

  /// For messages.
  package var shown: String { scalar.map { "'\($0.string)'" } ?? "a list or mapping" }
}

extension [String] {
  /// `a, b, c`.
  package var listed: String { joined(separator: ", ") }

  /// `; did you mean 'a'?`, or nothing.
  package func hint(_ word: String) -> String { NearestWord.hint(word, among: self) }
}

extension Int {
  /// Digits alone: `+5` is no number of a scenario.
  init?(digits text: String) {
    guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    self.init(text)
  }
}

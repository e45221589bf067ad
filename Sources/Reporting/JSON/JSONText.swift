import FoundationEssentials

/// The one form of all JSON that the tool writes: sorted keys, slashes as they are.
package enum JSONText {
  /// Over several lines, with a line feed at its end.
  package static func document(_ value: some Encodable) throws -> String {
    try text(value, [.prettyPrinted]) + "\n"
  }

  /// One line without its end: an element of a list that is too long to be kept.
  package static func line(_ value: some Encodable) throws -> String { try text(value, []) }

  /// A document around lists that are written element by element: the text up to the first list's value,
  /// between two of them, and after the last one.
  ///
  /// - Parameter lists: keys of the document itself, sorted, whose values are `null` in it.
  package static func pieces(_ value: some Encodable, around lists: [String]) throws -> [String] {
    var rest = Substring(try document(value))
    var pieces: [String] = []
    for name in lists {
      // No string in JSON holds a line feed, so that only a key of the document itself starts a
      // line two columns in.
      let key = "\n  \"\(name)\" : "
      guard let place = rest.range(of: key + "null") else {
        preconditionFailure("a document of '\(name)' has that key, and null behind it")
      }
      pieces.append(rest[..<place.lowerBound] + key)
      rest = rest[place.upperBound...]
    }
    return pieces + [String(rest)]
  }

  private static func text(
    _ value: some Encodable, _ formatting: JSONEncoder.OutputFormatting
  ) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = formatting.union([.sortedKeys, .withoutEscapingSlashes])
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}

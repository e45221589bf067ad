import FoundationEssentials

/// A ledger as it stands in a file: JSON Lines.
package enum LedgerText {
  /// One line with its line feed.
  package static func text(of line: LedgerLine) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(line), as: UTF8.self) + "\n"
  }

  /// The lines of a ledger. One without its line feed was being written when its writer was killed, and counts
  /// as not written.
  ///
  /// - Throws: ``LedgerError`` at the first line that is none.
  package static func lines(of text: String, named name: String) throws(LedgerError) -> [LedgerLine]
  {
    var lines: [LedgerLine] = []
    var rest = text.utf8[...]
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      lines.append(try line(Array(rest[..<end]), number: lines.count + 1, of: name))
      rest = rest[rest.index(after: end)...]
    }
    if let first = lines.first {
      guard case .start(let start) = first else {
        throw LedgerError(name: name, line: 1, found: "a line of another kind than 'start'")
      }
      guard start.schemaVersion == WorkerStart.currentSchemaVersion else {
        throw LedgerError(
          name: name, line: 1,
          found: "schemaVersion \(start.schemaVersion), and this powercut reads "
            + "\(WorkerStart.currentSchemaVersion)")
      }
    }
    return lines
  }

  private static func line(
    _ bytes: [UInt8], number: Int, of name: String
  ) throws(LedgerError) -> LedgerLine {
    do {
      return try JSONDecoder().decode(LedgerLine.self, from: Data(bytes))
    } catch {
      throw LedgerError(name: name, line: number, found: LedgerError.words(for: error))
    }
  }
}

/// A ledger that cannot be read.
package struct LedgerError: Error, Hashable, Sendable, CustomStringConvertible {
  package var name: String
  /// From 1.
  package var line: Int
  package var found: String

  package var description: String {
    """
    \(name), line \(line): expected a line that a campaign has written, found \(found). Nothing is counted \
    that cannot be read: move the file away, or take it from where it was copied
    """
  }

  static func words(for error: any Error) -> String {
    switch error as? DecodingError {
    case .keyNotFound(let key, _): "no '\(key.stringValue)'"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "another value in '\(context.codingPath.map(\.stringValue).joined(separator: "."))'"
    case .dataCorrupted(let context) where !context.codingPath.isEmpty: context.debugDescription
    default: "no JSON"
    }
  }
}

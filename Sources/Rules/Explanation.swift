extension Rule {
  /// All that is known of the rule, for a terminal.
  package var page: String {
    """
    \(rawValue)  \(severity.rawValue), of \(family.title)

    holds:   \(promise)
    broken:  \(failure)

    \(explanation.wrapped())

    For example: \(example.wrapped(after: 13))

    What to do: \(advice.wrapped(after: 12))

    Source: \(source)

    """
  }
}

extension Word {
  /// All that is known of the word, for a terminal.
  package var page: String {
    let lines = [
      "\(name)  \(kind.rawValue)", "", meaning.wrapped(), "",
      example.map { "For example: \($0.wrapped(after: 13))\n" },
    ]
    return lines.compactMap(\.self).joined(separator: "\n")
  }
}

extension String {
  /// The words of a paragraph in lines that a terminal of 80 columns holds.
  ///
  /// - Parameter columnCount: how much of the first line is taken.
  fileprivate func wrapped(after columnCount: Int = 0) -> String {
    var lines = [""]
    var taken = columnCount
    for word in split(whereSeparator: \.isWhitespace) {
      if taken + 1 + word.count > 80, !lines[lines.count - 1].isEmpty {
        lines.append("")
        taken = 0
      }
      if !lines[lines.count - 1].isEmpty {
        lines[lines.count - 1] += " "
        taken += 1
      }
      lines[lines.count - 1] += word
      taken += word.count
    }
    return lines.joined(separator: "\n")
  }
}

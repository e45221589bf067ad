/// The text of one source file, without its comments.
package struct SourceFile {
  /// From the root of the repository.
  package var path: String
  /// As many lines as the file has, so that line numbers hold.
  package var lines: [Substring]
  /// The same without what stands in texts of several lines: programs in other languages, too.
  private var linesOfCode: [Substring]

  package init(path: String, source: String) {
    self.path = path
    lines = Self.lines(of: Self.withoutComments(source))
    linesOfCode = Self.lines(of: Self.withoutComments(source, keepsLongTexts: false))
  }

  private static func lines(of text: String) -> [Substring] {
    text.split(separator: "\n", omittingEmptySubsequences: false)
  }

  /// An `import` declaration.
  package struct Import: Equatable {
    /// From 1.
    package var lineNumber: Int
    package var module: String
    /// Whether it is passed on to those that import this module.
    package var isPublic: Bool

    package init(lineNumber: Int, module: String, isPublic: Bool) {
      self.lineNumber = lineNumber
      self.module = module
      self.isPublic = isPublic
    }
  }

  /// Every import, whatever attributes and kinds stand around its module's name.
  package var imports: [Import] {
    let kinds = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
    return linesOfCode.enumerated().flatMap { index, line in
      line.split(separator: ";").compactMap { statement -> Import? in
        var words = statement.split(separator: " ").map(String.init)
        var isPublic = false
        while let first = words.first, first != "import" {
          guard
            first.hasPrefix("@")
              || ["public", "package", "internal", "private", "fileprivate"].contains(first)
          else { return nil }
          isPublic = isPublic || ["public", "package", "@_exported"].contains(first)
          words.removeFirst()
        }
        guard words.count > 1 else { return nil }
        let path = words.count > 2 && kinds.contains(words[1]) ? words[2] : words[1]
        let module = path.prefix { $0 != "." }
        return Import(lineNumber: index + 1, module: String(module), isPublic: isPublic)
      }
    }
  }

  /// The numbers, from 1, of the lines that have `word`; a word that starts with a letter counts
  /// only where no name ends in it.
  package func lineNumbers(of word: String) -> [Int] {
    lines.indices.filter { index in
      let line = lines[index]
      return line.ranges(of: word).contains { range in
        guard word.first?.isLetter == true, range.lowerBound > line.startIndex else { return true }
        let before = line[line.index(before: range.lowerBound)]
        return !(before.isLetter || before.isNumber || before == "_")
      }
    }.map { $0 + 1 }
  }

  /// Takes `//` and `/* */` away, but not out of string literals; line breaks stay.
  ///
  /// - Parameter keepsLongTexts: `false` takes away what stands in literals of several lines, too.
  package static func withoutComments(_ source: String, keepsLongTexts: Bool = true) -> String {
    var result = ""
    var rest = Substring(source)
    var commentDepth = 0
    var quotes = ""
    while let character = rest.first {
      if commentDepth > 0 {
        if rest.hasPrefix("/*") || rest.hasPrefix("*/") {
          commentDepth += rest.hasPrefix("/*") ? 1 : -1
          rest = rest.dropFirst(2)
          continue
        }
        if character == "\n" { result.append(character) }
      } else if !quotes.isEmpty {
        if character == "\\" {
          let isKept = keepsLongTexts || quotes == "\""
          result += rest.prefix(2).filter { isKept || $0 == "\n" }
          rest = rest.dropFirst(2)
          continue
        }
        if rest.hasPrefix(quotes) || (character == "\n" && quotes == "\"") {
          result += rest.prefix(quotes.count)
          rest = rest.dropFirst(quotes.count)
          quotes = ""
          continue
        }
        if keepsLongTexts || quotes == "\"" || character == "\n" { result.append(character) }
      } else if rest.hasPrefix("//") {
        rest = rest.drop { $0 != "\n" }
        continue
      } else if rest.hasPrefix("/*") {
        commentDepth = 1
        rest = rest.dropFirst(2)
        continue
      } else if character == "\"" {
        quotes = rest.hasPrefix("\"\"\"") ? "\"\"\"" : "\""
        result += quotes
        rest = rest.dropFirst(quotes.count)
        continue
      } else {
        result.append(character)
      }
      rest = rest.dropFirst()
    }
    return result
  }
}

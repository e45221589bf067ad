/// Splits a command line into words. There is no shell: nothing is expanded, piped or redirected.
///
/// Blanks, tabs and line feeds separate words. `'…'` takes everything as it is; in `"…"` a backslash
/// stands before `"` and `\`; elsewhere it takes the next character as it is.
package struct CommandWords {
  private enum Quote: Character {
    case single = "'"
    case double = "\""
  }

  private(set) var words: [String] = []
  private var word = ""
  /// Whether a word has begun: `''` is an empty one.
  private var isInWord = false
  private var quote: Quote?
  private var isEscaped = false

  /// - Throws: ``ImageCommandError`` where a quote is not closed, or where a backslash is the last
  ///   character.
  package static func split(_ text: String) throws(ImageCommandError) -> [String] {
    var splitter = CommandWords()
    for character in text { splitter.take(character) }
    if splitter.isEscaped {
      throw ImageCommandError(
        expected: "a character behind the last backslash", found: "the end",
        hint: "Write two backslashes for one.")
    }
    if let quote = splitter.quote {
      throw ImageCommandError(
        expected: "a second \(quote.rawValue)", found: "the end",
        hint: "Close the quote, or put a backslash before it.")
    }
    splitter.endWord()
    return splitter.words
  }

  private mutating func take(_ character: Character) {
    if isEscaped {
      takeEscaped(character)
    } else if let quote {
      takeQuoted(character, quote)
    } else {
      takePlain(character)
    }
  }

  private mutating func takeEscaped(_ character: Character) {
    isEscaped = false
    if quote == .double, character != "\"", character != "\\" { word.append("\\") }
    word.append(character)
  }

  private mutating func takeQuoted(_ character: Character, _ quote: Quote) {
    if character == quote.rawValue {
      self.quote = nil
    } else if quote == .double, character == "\\" {
      isEscaped = true
    } else {
      word.append(character)
    }
  }

  private mutating func takePlain(_ character: Character) {
    switch character {
    case " ", "\t", "\n", "\r\n": endWord()
    case "\\":
      isInWord = true
      isEscaped = true
    default:
      isInWord = true
      quote = Quote(rawValue: character)
      if quote == nil { word.append(character) }
    }
  }

  private mutating func endWord() {
    if isInWord { words.append(word) }
    word = ""
    isInWord = false
  }
}

/// The word that somebody may have meant who typed another one.
package enum NearestWord {
  /// The known word with the fewest letters to insert, delete, replace or swap with their neighbour, where
  /// that is less than a third of the word and three at most; upper and lower case are the same. Of
  /// equally near ones the first.
  package static func find(_ word: some StringProtocol, among known: [String]) -> String? {
    let letters = Array(word.lowercased())
    let limit = min(3, max(1, letters.count / 3))
    var best: (word: String, distance: Int)?
    for candidate in known {
      let other = Array(candidate.lowercased())
      guard abs(other.count - letters.count) <= limit else { continue }
      let distance = distance(letters, other)
      if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.word
  }

  /// `; did you mean 'prefix'?`, or nothing where no known word is near.
  package static func hint(_ word: some StringProtocol, among known: [String]) -> String {
    find(word, among: known).map { "; did you mean '\($0)'?" } ?? ""
  }

  private static func distance(_ one: [Character], _ other: [Character]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...other.count)
    for row in one.indices {
      var current = [row + 1]
      for column in other.indices {
        let isSame = one[row] == other[column]
        var least = min(last[column + 1] + 1, current[column] + 1, last[column] + (isSame ? 0 : 1))
        if row > 0, column > 0, one[row] == other[column - 1], one[row - 1] == other[column] {
          least = min(least, beforeLast[column - 1] + 1)
        }
        current.append(least)
      }
      beforeLast = last
      last = current
    }
    return last[other.count]
  }
}

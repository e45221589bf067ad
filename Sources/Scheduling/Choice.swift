/// One decision of a schedule: which of `bound` pending operations went on.
package struct Choice: Hashable, Sendable {
  package var index: Int
  package var bound: Int

  package init(index: Int, bound: Int) {
    precondition(index >= 0 && index < bound, "a choice is one of its candidates")
    self.index = index
    self.bound = bound
  }
}

/// The decisions of a run, in order. Points where only one operation was pending are left out.
///
/// As text, `INDEX/BOUND` per choice, equal ones in a row as `TIMESxINDEX/BOUND`, joined by commas.
package struct Schedule: Hashable, Sendable, CustomStringConvertible {
  /// More than a run of the usual step limit can make.
  package static let maximumChoiceCount = 1_000_000

  package var choices: [Choice]

  package init(_ choices: [Choice] = []) {
    self.choices = choices
  }

  /// `nil` where `text` is not a schedule, or has more than ``maximumChoiceCount`` choices.
  package init?(_ text: String) {
    choices = []
    // One more than there may be is enough to see that there are too many.
    for part in text.split(separator: ",", maxSplits: Self.maximumChoiceCount) {
      let pieces = part.split(separator: "x")
      guard let last = pieces.last, pieces.count <= 2 else { return nil }
      let numbers = last.split(separator: "/").map { Int($0) }
      guard numbers.count == 2, let index = numbers[0], let bound = numbers[1],
        index >= 0, index < bound,
        let times = pieces.count == 2 ? Int(pieces[0]) : 1, times >= 1,
        times <= Self.maximumChoiceCount - choices.count
      else { return nil }
      choices += repeatElement(Choice(index: index, bound: bound), count: times)
    }
  }

  package var description: String {
    var parts: [String] = []
    var start = 0
    while start < choices.count {
      var end = start
      while end < choices.count && choices[end] == choices[start] { end += 1 }
      let choice = "\(choices[start].index)/\(choices[start].bound)"
      parts.append(end - start == 1 ? choice : "\(end - start)x\(choice)")
      start = end
    }
    return parts.joined(separator: ",")
  }
}

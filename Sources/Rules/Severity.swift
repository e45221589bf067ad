/// How bad a broken rule is for the person whose data it is, worst first.
///
/// Findings are sorted by it, and the most severe of a run's broken rules gives the finding its name.
package enum Severity: String, CaseIterable, Comparable, Sendable {
  /// Something that was acknowledged and flushed is gone, or will be at the next cut.
  case dataLost = "data lost"
  /// Bytes are there, and they are not the ones that were written.
  case dataWrong = "data wrong"
  /// The data may be there, and nobody can open what holds it.
  case unusable
  /// The format's own rules are broken; another program, or a later cut, may stumble over it.
  case format
  /// A recommendation: of an image by itself it is told and fails nothing.
  case advice

  package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

  /// From zero, the worst.
  package var rank: Int {
    switch self {
    case .dataLost: 0
    case .dataWrong: 1
    case .unusable: 2
    case .format: 3
    case .advice: 4
    }
  }

  /// One sentence for who meets the word in a report.
  package var meaning: String {
    switch self {
    case .dataLost:
      "Something that was acknowledged and flushed is gone, or will be at the next cut."
    case .dataWrong: "Bytes are there, and they are not the ones that were written."
    case .unusable: "The data may be there, and nobody can open what holds it."
    case .format:
      "The format's own rules are broken; another program, or a later cut, may stumble over it."
    case .advice: "A recommendation: of an image by itself it is told and fails nothing."
    }
  }
}

extension Array {
  /// Sorted by the severity of a rule; of one severity the order stays.
  package func mostSevereFirst(_ rule: (Element) -> Rule) -> [Element] {
    enumerated()
      .sorted { left, right in
        let ranks = [left, right].map { rule($0.element).severity.rank }
        return ranks[0] == ranks[1] ? left.offset < right.offset : ranks[0] < ranks[1]
      }
      .map(\.element)
  }
}

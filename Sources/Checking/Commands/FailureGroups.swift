import CrashStates

/// The states that a command refused, by what it said of them: one mistake breaks many states, and two mistakes say
/// two things.
package struct FailureGroups: Sendable {
  /// More are counted, and not told apart.
  private static let maximumCount = 32

  package struct Group: Hashable, Sendable {
    /// What the command said of the first, its first line; `nil` where it said nothing.
    package var said: String?
    /// The first of them, in the words of its violation.
    package var title: String
    /// The first of them.
    package var state: CrashState
    package var stateCount: Int
    /// Why it fails; empty where nobody has looked.
    package var explanation = FailureExplanation.Lines()
  }

  /// In the order of their first states.
  package private(set) var groups: [Group] = []
  private var places: [String: Int] = [:]
  /// States that belong to none of them.
  package private(set) var otherCount = 0

  mutating func add(_ violation: Violation, of state: CrashState) {
    let said = Self.said(violation)
    let key = Self.key(of: violation)
    if let place = places[key] {
      groups[place].stateCount += 1
    } else if groups.count < Self.maximumCount {
      places[key] = groups.count
      groups.append(Group(said: said, title: violation.title, state: state, stateCount: 1))
    } else {
      otherCount += 1
    }
  }

  mutating func explain(_ group: Int, _ lines: FailureExplanation.Lines) {
    groups[group].explanation = lines
  }

  /// Whether a violation is one of a group's.
  package func contains(_ violation: Violation, inGroup group: Int) -> Bool {
    places[Self.key(of: violation)] == group
  }

  private static func said(_ violation: Violation) -> String? {
    let lines = violation.evidence.filter { line in
      ["stderr: ", "stdout: ", "oracle: "].contains { line.hasPrefix($0) }
    }
    // Python says last what went wrong; of a long traceback the first lines may be gone.
    let isTraceback = lines.contains { $0.hasPrefix("stderr:   File \"") }
    return isTraceback ? lines.last { $0.hasPrefix("stderr: ") } : lines.first
  }

  /// What all states of a group have in common.
  package static func key(of violation: Violation) -> String {
    withoutNumbers(said(violation) ?? answer(violation.title))
  }

  /// What a title says of the command's end, without the state.
  private static func answer(_ title: String) -> String {
    title.split(separator: " (").first.map(String.init) ?? title
  }

  /// One sentence about other numbers is the same sentence.
  private static func withoutNumbers(_ text: String) -> String {
    var kept = ""
    for character in text where !(character.isNumber && kept.last == "N") {
      kept.append(character.isNumber ? "N" : character)
    }
    return kept
  }

  /// A line for each where there are several, for a report, and behind all but the first why it fails.
  package var notes: [String] {
    guard groups.count > 1 else { return [] }
    var lines = ["what is broken is broken in \(groups.count) ways:"]
    for (place, group) in groups.enumerated() {
      let states = group.stateCount == 1 ? "1 state" : "\(group.stateCount) states"
      lines.append(
        "  \(place + 1). \(states)\(group.said.map { ", \($0)" } ?? ""); the first: \(group.title)")
      if place > 0 {
        lines += (group.explanation.conditions + group.explanation.remedies).map { "     \($0)" }
      }
    }
    if otherCount > 0 { lines.append("  and \(otherCount) states in other ways") }
    return lines
  }
}

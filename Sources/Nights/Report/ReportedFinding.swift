import Rules
import Scheduling

/// A finding of a night as it is told.
package struct ReportedFinding: Hashable, Sendable {
  package enum Status: Hashable, Sendable {
    /// Never seen before in this target.
    case new
    /// It was gone for a night or more.
    case back(goneSince: Int)
    /// It is not made smaller yet, and something that breaks the same rule is known.
    case undecided
    /// Seen in an earlier night.
    case known(since: Int)
    /// A rule that the target is known to break.
    case knownRule(set: String)
    case accepted(reason: String?)
  }

  package var target: String
  /// That of its folder.
  package var name: String
  package var rule: Rule
  package var status: Status
  /// The first seeds that lead to it in this night; empty where only the kept case was tried again.
  package var seeds: [Seed]
  /// What it was made; `nil` where that is still to be done.
  package var minimized: MinimizedFinding?
  /// Others of its kind, by the names of their folders.
  package var variants: [String] = []

  /// Whether somebody has to look at it.
  package var isNews: Bool {
    switch status {
    case .new, .back: true
    case .undecided, .known, .knownRule, .accepted: false
    }
  }
}

extension ReportedFinding.Status {
  /// For programs.
  package var word: String {
    switch self {
    case .new: "new"
    case .back: "back"
    case .undecided: "undecided"
    case .known, .knownRule: "known"
    case .accepted: "accepted"
    }
  }

  /// For persons, after the finding's name.
  package var text: String {
    switch self {
    case .new: "new"
    case .back(let night): "back: it was gone in night \(night)"
    case .undecided: "not made smaller yet, so that nobody knows whether it is known"
    case .known(let night): "known since night \(night)"
    case .knownRule(let set): "known: \(set)"
    case .accepted(let reason): "accepted: \(reason ?? "nobody wrote why")"
    }
  }

  /// From zero, what is to be read first.
  var rank: Int {
    switch self {
    case .new: 0
    case .back: 1
    case .undecided: 2
    case .known: 3
    case .knownRule: 4
    case .accepted: 5
    }
  }
}

/// A finding of an earlier night that nothing of this night shows again.
package struct EarlierFinding: Hashable, Sendable {
  package enum Status: Hashable, Sendable {
    /// It was tried again, and keeps its rule.
    case gone
    /// It was tried again and is there, though no seed of this night came to it.
    case stillThere
    /// Nobody tried it: why.
    case untried(String)
  }

  package var target: String
  package var name: String
  package var rule: Rule
  package var title: String
  /// The night that it was first seen in.
  package var since: Int
  package var status: Status
}

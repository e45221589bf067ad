import Campaign
import Nights

/// What a status looks like: a word and a sign, and a class for those who see its colour.
struct StatusMark: Hashable, Sendable {
  let word: String
  let sign: String
  let name: String

  init(_ status: ReportedFinding.Status) {
    switch status {
    case .new: (word, sign, name) = ("new", "▲", "new")
    case .back: (word, sign, name) = ("back", "↺", "back")
    case .undecided: (word, sign, name) = ("undecided", "?", "undecided")
    case .known, .knownRule: (word, sign, name) = ("known", "=", "known")
    case .accepted: (word, sign, name) = ("accepted", "≈", "accepted")
    }
  }

  init(_ status: EarlierFinding.Status) {
    switch status {
    case .gone: (word, sign, name) = ("gone", "✓", "gone")
    case .stillThere: (word, sign, name) = ("known", "=", "known")
    case .untried: (word, sign, name) = ("not tried", "?", "untried")
    }
  }

  init(_ outcome: Outcome.Kind) {
    switch outcome {
    case .passed: (word, sign, name) = ("Passed", "✓", "passed")
    case .failed: (word, sign, name) = ("Failed", "✗", "failed")
    case .incomplete: (word, sign, name) = ("Incomplete", "!", "incomplete")
    case .nothingChecked: (word, sign, name) = ("Nothing was checked", "!", "empty")
    case .interrupted:
      (word, sign, name) = ("Interrupted, nothing broken until then", "!", "interrupted")
    }
  }

  /// Of a planted bug.
  init(isFound: Bool) {
    (word, sign, name) = isFound ? ("found", "✓", "found") : ("not found", "✗", "missed")
  }
}

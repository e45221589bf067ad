import Checking
import Scheduling

/// One scenario of `powercut run`.
package struct ScenarioOutcome: Hashable, Sendable {
  package var path: String
  package var summary: String
  /// `nil` where the file could not be read.
  package var seeds: SeedRange?
  /// Why it failed; `nil` where it did not.
  package var failure: String?
  /// Why it could not be carried out, or not to its end.
  package var obstacles: [String] = []
  /// Why it was not run; `nil` where it was.
  package var skipReason: String?
  package var counts = RunCounts()
  /// How many schedules an exhaustive search carried out, and whether there are more.
  package var scheduleNote: String?
  /// What the command that runs it alone has to be told besides its path.
  package var programWords: [String] = []
  /// Whether a client's promises are what it is about.
  var needsPromises = false
  /// The rule that had to be broken was: whatever was promised, something was looked at.
  var brokeAsExpected = false

  package init(path: String, summary: String = "", seeds: SeedRange? = nil) {
    self.path = path
    self.summary = summary
    self.seeds = seeds
  }

  /// A scenario that was left out.
  package static func skipped(path: String, summary: String, reason: String) -> ScenarioOutcome {
    var outcome = ScenarioOutcome(path: path, summary: summary)
    outcome.skipReason = reason
    return outcome
  }

  /// A scenario that could not be carried out.
  package static func unfinished(path: String, reason: String) -> ScenarioOutcome {
    var outcome = ScenarioOutcome(path: path)
    outcome.obstacles = [reason]
    return outcome
  }

  package var outcome: Outcome {
    Outcome(failures: [failure].compactMap { $0 }, obstacles: obstacles, emptiness: emptiness)
  }

  private var emptiness: String? {
    if let skipReason { return "not run: \(skipReason)" }
    return brokeAsExpected ? nil : counts.missingCheck(needsPromises: needsPromises)
  }
}

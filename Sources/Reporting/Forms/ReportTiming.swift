/// The only part of a report that differs between two runs with the same seed.
package struct ReportTiming: Sendable {
  package var elapsedNanoseconds: UInt64
  /// How many runs were carried out side by side.
  package var jobCount: Int
  /// When the command started, in UTC: `2026-11-29T03:19:05`, as JUnit's schema takes a time.
  package var startText: String
  /// How long each scenario took, in the report's order; empty where nobody measured it.
  package var scenarioNanoseconds: [UInt64]

  package init(
    elapsedNanoseconds: UInt64, jobCount: Int, startText: String = Self.noStart,
    scenarioNanoseconds: [UInt64] = []
  ) {
    self.elapsedNanoseconds = elapsedNanoseconds
    self.jobCount = jobCount
    self.startText = startText
    self.scenarioNanoseconds = scenarioNanoseconds
  }

  package static let noStart = "1970-01-01T00:00:00"
}

extension ReportTiming {
  /// Of a report that is kept: it says nothing about the time that it took.
  package static let none = ReportTiming(elapsedNanoseconds: 0, jobCount: 1)
}

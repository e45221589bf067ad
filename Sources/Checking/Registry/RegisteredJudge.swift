import CrashStates
import Rules

/// A judge of recordings, with the rules that it is for.
///
/// Which rules of a recording were judged, and why others were not, follows from what each registered judge
/// says of it (``JudgeRegistry``).
package struct RegisteredJudge: Sendable {
  package let rules: [Rule]
  let report: @Sendable (JudgedRecording) -> JudgeReport

  /// - Parameter rules: those that are judged wherever the report does not say what is missing.
  package init(
    _ rules: [Rule], report: @escaping @Sendable (JudgedRecording) -> JudgeReport
  ) {
    self.rules = rules
    self.report = report
  }
}

/// What a judge has to say of a recording.
package struct JudgeReport: Sendable {
  package var violations: [Violation]
  /// Those of the judge's rules that it could not judge, and what it lacks.
  package var missing: [Rule: String]

  package init(_ violations: [Violation] = [], missing: [Rule: String] = [:]) {
    self.violations = violations
    self.missing = missing
  }

  package static func lacking(_ what: String, for rules: [Rule]) -> JudgeReport {
    JudgeReport(missing: Dictionary(uniqueKeysWithValues: rules.map { ($0, what) }))
  }
}

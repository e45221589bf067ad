import Campaign
import Checking

/// A report as CI servers read it: a test case for each scenario, or for each broken rule of a command that
/// has no scenarios. What was not looked at is skipped, what could not be finished an error.
public struct JUnitReport {
  private let report: RunReport

  public init(_ report: RunReport) {
    self.report = report
  }

  /// The whole text, with a line feed at its end.
  public func text(_ timing: ReportTiming) -> String {
    let cases = report.scenarios.isEmpty ? cases(timing) : scenarioCases(timing)
    let seconds = Self.seconds(timing.elapsedNanoseconds)
    let name = Self.escaped("powercut \(report.command) \(report.subject)")
    let counts =
      "tests=\"\(cases.count)\" failures=\"\(cases.count { $0.kind == .failure })\" "
      + "errors=\"\(cases.count { $0.kind == .error })\""
    let rest = "skipped=\"\(cases.count { $0.kind == .skipped })\" time=\"\(seconds)\""
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuites>
      <testsuite package="powercut" id="0" name="\(name)" timestamp="\(timing.startText)" \
      hostname="localhost" \(counts) \(rest)>
      <properties/>
      \(cases.map(\.text).joined(separator: "\n"))
      <system-out>\(Self.escaped(report.notes.joined(separator: "\n")))</system-out>
      <system-err/>
      </testsuite>
      </testsuites>

      """
  }

  private struct TestCase {
    /// What it is instead of passed.
    enum Kind: String {
      case failure
      case error
      case skipped
    }

    var text: String
    var kind: Kind?
  }

  // MARK: Commands without scenarios

  /// One for each broken rule, and one for the whole where that has more to say. Their names have no seed,
  /// so that they stay the same from night to night.
  private func cases(_ timing: ReportTiming) -> [TestCase] {
    let nanoseconds = timing.elapsedNanoseconds
    let kind: TestCase.Kind = report.areFindingsProven ? .failure : .error
    let broken = report.findings.map { finding in
      testCase(
        "\(report.subject) \(finding.rule.rawValue)", nanoseconds,
        (kind, finding.rule.rawValue, Self.message(finding), Self.lines(of: finding)))
    }
    guard let whole = wholeProblem else {
      return broken.isEmpty ? [testCase(report.subject, nanoseconds, nil)] : broken
    }
    return broken + [testCase(report.subject, nanoseconds, whole)]
  }

  private typealias Problem = (kind: TestCase.Kind, type: String, message: String, text: String)

  /// What there is to say beside the findings.
  private var wholeProblem: Problem? {
    let outcome = report.outcome
    if outcome.kind == .failed, outcome.limits.isEmpty { return nil }
    return Self.problem(
      outcome.kind, outcome.limits, text: report.reproduction.map { "reproduce: \($0)" } ?? "")
  }

  private static func problem(
    _ kind: Outcome.Kind, _ reasons: [String], text: String
  ) -> Problem? {
    let message = reasons.joined(separator: "; ")
    return switch kind {
    case .passed: nil
    case .nothingChecked: (.skipped, "", "nothing was checked: \(message)", "")
    case .failed, .incomplete: (.error, "incomplete", "could not finish: \(message)", text)
    case .interrupted: (.error, "interrupted", message, text)
    }
  }

  // MARK: Scenarios

  private func scenarioCases(_ timing: ReportTiming) -> [TestCase] {
    let times = timing.scenarioNanoseconds
    var cases = report.scenarios.enumerated().map { place, scenario in
      testCase(
        scenario.path, place < times.count ? times[place] : 0, problem(of: scenario))
    }
    if report.isInterrupted || !report.obstacles.isEmpty, let whole = wholeProblem {
      cases.append(testCase(report.subject, timing.elapsedNanoseconds, whole))
    }
    return cases
  }

  private func problem(of scenario: ScenarioOutcome) -> Problem? {
    let reproduce = "reproduce: \(scenario.reproduction)"
    if let reason = scenario.skipReason { return (.skipped, "", reason, "") }
    guard let failure = scenario.failure else {
      return Self.problem(scenario.outcome.kind, scenario.outcome.reasons, text: reproduce)
    }
    let findings = report.findings.filter { $0.reproduce == scenario.reproduction }
    let details = findings.isEmpty ? [reproduce] : findings.map { Self.lines(of: $0) }
    return (
      .failure, findings.first?.rule.rawValue ?? "expectation", failure,
      details.joined(separator: "\n")
    )
  }

  private func testCase(
    _ name: String, _ nanoseconds: UInt64, _ problem: Problem?
  ) -> TestCase {
    let head = """
      <testcase classname="powercut.\(Self.escaped(report.command))" name="\(Self.escaped(name))" \
      time="\(Self.seconds(nanoseconds))"
      """
    guard let problem else { return TestCase(text: head + "/>") }
    let message = "message=\"\(Self.escaped(problem.message))\""
    let tag = problem.kind.rawValue
    let element =
      problem.kind == .skipped
      ? "<skipped \(message)/>"
      : "<\(tag) type=\"\(problem.type)\" \(message)>\(Self.escaped(problem.text))</\(tag)>"
    return TestCase(text: "\(head)>\n\(element)\n</testcase>", kind: problem.kind)
  }

  private static func message(_ finding: Finding) -> String {
    "\(finding.rule.rawValue) \(finding.rule.failure)"
  }

  private static func lines(of finding: Finding) -> String {
    let violation = finding.violation
    let state = violation.state.map { ["state: \($0)"] } ?? []
    return
      ([violation.title] + state + violation.difference + violation.evidence + [
        "reproduce: \(finding.reproduce)"
      ])
      .joined(separator: "\n")
  }

  private static func seconds(_ nanoseconds: UInt64) -> String {
    let milliseconds = nanoseconds / 1_000_000
    let rest = String(milliseconds % 1000)
    return "\(milliseconds / 1000).\(String(repeating: "0", count: 3 - rest.count))\(rest)"
  }

  /// Text and attribute values of XML 1.0; characters that it cannot hold become a question mark.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\n", "\t": result.unicodeScalars.append(scalar)
      case "\u{0}"..."\u{1f}", "\u{fffe}", "\u{ffff}": result += "?"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

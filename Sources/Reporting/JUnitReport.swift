import Campaign
import Checking

/// A report as CI servers read it: a test case for each scenario, and one for the whole of a command
/// that has no scenarios; a failure for each broken rule.
public struct JUnitReport {
  private let report: RunReport

  public init(_ report: RunReport) {
    self.report = report
  }

  /// The whole text, with a line feed at its end.
  public func text(_ timing: ReportTiming) -> String {
    let cases = report.scenarios.isEmpty ? [wholeCase] : report.scenarios.map(scenarioCase)
    let failureCount = cases.count(where: \.isFailed)
    let seconds = Self.seconds(timing.elapsedNanoseconds)
    let name = Self.escaped("powercut \(report.command) \(report.subject)")
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuites>
      <testsuite name="\(name)" tests="\(cases.count)" failures="\(failureCount)" \
      errors="0" skipped="0" time="\(seconds)">
      \(cases.map(\.text).joined(separator: "\n"))
      </testsuite>
      </testsuites>

      """
  }

  private struct TestCase {
    var text: String
    var isFailed: Bool
  }

  private var wholeCase: TestCase {
    let name = report.seeds.map { "\(report.subject) seeds \($0)" } ?? report.subject
    var failures = report.findings.map { Self.failure($0) }
    if let replay = report.replay, report.isDiverged {
      failures.append(
        """
        <failure type="\(replay.kind.rawValue)" message="\(Self.escaped(replay.description))">\
        reproduce: \(Self.escaped(replay.reproduce))</failure>
        """)
    }
    if let obstacle = report.obstacle {
      failures.append(
        "<failure message=\"\(Self.escaped("could not finish: \(obstacle)"))\"></failure>")
    }
    if report.findings.isEmpty && report.counts.states == 0 {
      failures.append("<failure message=\"nothing was checked\"></failure>")
    }
    return testCase(name, failures)
  }

  private func scenarioCase(_ outcome: RunReport.ScenarioOutcome) -> TestCase {
    guard let failure = outcome.failure else { return testCase(outcome.path, []) }
    let findings = report.findings.filter { $0.reproduce == outcome.reproduction }
    let details =
      findings.isEmpty
      ? ["reproduce: \(outcome.reproduction)"] : findings.map { Self.lines(of: $0) }
    return testCase(
      outcome.path,
      [
        """
        <failure message="\(Self.escaped(failure))">\
        \(Self.escaped(details.joined(separator: "\n")))</failure>
        """
      ])
  }

  private func testCase(_ name: String, _ failures: [String]) -> TestCase {
    let head =
      "<testcase classname=\"powercut.\(Self.escaped(report.command))\" name=\"\(Self.escaped(name))\""
    if failures.isEmpty { return TestCase(text: head + "/>", isFailed: false) }
    return TestCase(
      text: head + ">\n" + failures.joined(separator: "\n") + "\n</testcase>", isFailed: true)
  }

  private static func failure(_ finding: Finding) -> String {
    let message = "\(finding.rule.rawValue) \(finding.rule.failure)"
    return "<failure type=\"\(finding.rule.rawValue)\" message=\"\(escaped(message))\">"
      + escaped(lines(of: finding)) + "</failure>"
  }

  private static func lines(of finding: Finding) -> String {
    ([finding.violation.title] + finding.violation.difference + finding.violation.evidence + [
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

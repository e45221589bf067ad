import Checking
import Reporting
import Testing

@testable import Campaign

/// Annotations as GitHub's runner takes them out of a log. The lines are written by hand.
@Suite struct AnnotationTextTests {
  private static let timing = ReportTiming(
    elapsedNanoseconds: 61_007_000_000, jobCount: 2, startText: "2026-10-14T12:00:00")

  private func lines(_ report: RunReport) throws -> [String] {
    try ReportForm.github.text(of: report, Self.timing).split(separator: "\n").map(String.init)
  }

  @Test func whatPassedIsTheLogAlone() throws {
    let report = SampleReport.passed()
    #expect(
      try ReportForm.github.text(of: report, Self.timing)
        == ReportForm.text.text(of: report, Self.timing))
  }

  /// One line each, however many lines it has: the runner ends a command at the line's end.
  @Test func eachBrokenRuleIsAnErrorOfOneLine() throws {
    let lines = try lines(SampleReport.fuzz([SampleReport.finding, SampleReport.bareFinding]))
    #expect(
      lines[0]
        == "::error title=powercut fuzz%3A raw%3Aexact +logger.position-reread L03::L03 an entry begins "
        + "inside another entry (data wrong)%0Aentry 2 begins at byte 3072 of the log, inside entry 1%0A"
        + "state: cut:37 lost:35,36%0Aentry 1: claims [2048, 4096)%0Aentry 2: at byte 3072%0A"
        + "reproduce: \(SampleReport.reproduction)")
    #expect(lines[1].hasPrefix("::error title=powercut fuzz%3A raw%3Aexact"))
    #expect(lines[2].hasPrefix("powercut "))
    #expect(lines.dropFirst(2).allSatisfy { !$0.hasPrefix("::") })
  }

  @Test func whatEndsACommandIsEscaped() throws {
    var report = RunReport(command: "check", subject: "a,b:c%")
    report.addObstacle("50% of\r\nit")
    let line = try #require(try lines(report).first)
    #expect(
      line.hasPrefix(
        "::error title=powercut check%3A a%2Cb%3Ac%25::could not finish: 50%25 of%0D%0Ait"))
  }

  @Test func whatWasNotCheckedIsANotice() throws {
    var report = RunReport(command: "check", subject: "L")
    report.emptiness = "the log has no entry"
    #expect(
      try lines(report).first
        == "::notice title=powercut check%3A L::nothing was checked: the log has no entry")
  }
}

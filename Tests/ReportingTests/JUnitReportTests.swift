import Campaign
import Checking
import Host
import Reporting
import TestSupport
import Testing

/// Read by Python's XML parser, as a CI server would read it with another one.
@Suite struct JUnitReportTests {
  private static let timing = ReportTiming(elapsedNanoseconds: 61_007_567_890, jobCount: 2)

  /// A line for the suite, for each case, and for each failure: type, message, text.
  private static let program = """
    import sys, xml.etree.ElementTree as tree
    root = tree.parse(sys.argv[1]).getroot()
    assert root.tag == 'testsuites'
    for suite in root:
        print('suite', *(suite.get(k) for k in ('tests', 'failures', 'errors', 'skipped', 'time')))
        for case in suite.findall('testcase'):
            assert case.get('time')
            print('case', case.get('classname'), '|', ascii(case.get('name')))
            for failure in case:
                print(failure.tag, failure.get('type'), '|', ascii(failure.get('message')))
                print(ascii(failure.text))
    """

  private func read(_ report: RunReport) throws -> [String] {
    let folder = try TemporaryFolder()
    try OutputFile.write(
      ReportForm.junit.text(of: report, Self.timing), to: folder.path("report.xml"))
    return try Peer(program: "python3", package: "python3")
      .run(["-c", Self.program, folder.path("report.xml")])
      .split(separator: "\n").map(String.init)
  }

  @Test func passedRunIsOneCase() throws {
    #expect(
      try read(SampleReport.passed()) == [
        "suite 1 0 0 0 61.007",
        "case powercut.fuzz | 'raw:exact +logger.position-reread'",
      ])
  }

  @Test func findingIsAFailureThatEndsWithItsCommand() throws {
    let lines = try read(SampleReport.fuzz([SampleReport.finding, SampleReport.bareFinding]))
    #expect(lines.first == "suite 2 2 0 0 61.007")
    #expect(lines.contains("failure L03 | 'L03 an entry begins inside another entry (data wrong)'"))
    #expect(lines.contains("failure L01 | 'L01 the superblock is damaged (unusable)'"))
    #expect(
      lines.contains(
        "'entry 2 begins at byte 3072 of the log, inside entry 1\\nstate: cut:37 lost:35,36\\nentry 1: claims [2048, 4096)"
          + "\\nentry 2: at byte 3072\\nreproduce: \(SampleReport.reproduction)'"))
  }

  /// What was not judged stands beside the cases, as notes do.
  @Test func whatWasNotJudgedIsSaid() throws {
    var report = SampleReport.passed()
    report.unjudgedRules = [(.l05, "no traces"), (.l11, "no traces")]
    let text = try ReportForm.junit.text(of: report, Self.timing)
    #expect(text.contains("<system-out>not judged: L05 L11 (no traces)</system-out>"))
  }

  /// Two bugs that break one rule are two cases; a rule without a group is one of its own.
  @Test func everyGroupIsACase() throws {
    var report = SampleReport.fuzz([SampleReport.finding, SampleReport.bareFinding])
    var one = try SampleReport.group()
    one.finding.violation = SampleReport.finding.violation
    var other = one
    other.finding.violation.judge = .replayJudge
    report.groups = [one, other]
    let lines = try read(report)
    #expect(lines.first == "suite 3 3 0 0 61.007")
    let names = lines.filter { $0.hasPrefix("case ") }
    #expect(
      names
        == ["\(one.name)", "\(other.name)", "L01"].map {
          "case powercut.fuzz | '\(report.subject) \($0)'"
        })
  }

  @Test func scenarioIsACaseOfItsOwn() throws {
    let lines = try read(SampleReport.scenarios(failure: "no seed breaks L03"))
    #expect(
      lines == [
        "suite 2 1 0 0 61.007", "case powercut.run | 'a.yaml'", "case powercut.run | 'b c.yaml'",
        "failure expectation | 'no seed breaks L03'", "\"reproduce: powercut run 'b c.yaml'\"",
      ])
  }

  @Test func failedScenarioHasItsOwnFindingsOnly() throws {
    var own = SampleReport.finding
    own.reproduce = "powercut run 'b c.yaml'"
    var foreign = SampleReport.bareFinding
    foreign.reproduce = "powercut run 'a b c.yaml'"
    let lines = try read(SampleReport.scenarios(failure: "why", [own, foreign]))
    let text = try #require(lines.last)
    #expect(text.contains("entry 2 begins"))
    #expect(!text.contains("magic"))
  }

  @Test func nothingCheckedIsSkipped() throws {
    let lines = try read(SampleReport.nothing())
    #expect(lines.first == "suite 1 0 0 1 61.007")
    #expect(lines.contains("skipped None | 'nothing was checked: no scenario was run'"))
  }

  /// What XML can hold is there; what it cannot is a question mark.
  @Test func hostileTextStaysWellFormed() throws {
    var finding = SampleReport.finding
    finding.violation.title = SampleReport.hostileText
    finding.violation.evidence = ["]]>", "<!--", "&#0;", "\r"]
    var report = SampleReport.fuzz([finding])
    report.subject = SampleReport.hostileText
    let lines = try read(report)
    let shown =
      #"a<b>&amp; "q" \'r\' ]]> ?????[31m\x7f?\xe9\u6f22\U0001f600"#
    #expect(lines.contains { $0.hasPrefix("case powercut.fuzz | '\(shown) L03") }, "\(lines)")
    let text = "'\(shown)\\nstate: cut:37 lost:35,36\\n]]>\\n<!--\\n&#0;\\n?\\nreproduce: "
    #expect(lines.last?.hasPrefix(text) == true)
  }

  @Test func hostilePathAndReasonOfAScenarioStayWellFormed() throws {
    var report = SampleReport.scenarios(failure: SampleReport.hostileText + "\nsecond\tline")
    report.scenarios[0].path = SampleReport.hostileText
    #expect(try read(report).count == 5)
  }
}

import Campaign
import Checking
import Reporting
import Scheduling
import Stacks
import Testing

@Suite struct TextReportTests {
  private static let timing = ReportTiming(elapsedNanoseconds: 61_234_567_890, jobCount: 2)
  private static let amounts =
    "18 runs, 900 entries, 4000 crash states, 600 distinct, 70 promises, 61.2 s"

  private static func lines(_ report: RunReport, usesColor: Bool = false) -> [String] {
    TextReport(report, usesColor: usesColor).text(timing)
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  @Test func firstLineNamesVersionCommandSubjectAndSeeds() {
    #expect(
      Self.lines(SampleReport.fuzz()).first
        == "powercut 0.1.0  fuzz  raw:exact +logger.position-reread  seeds 1..18446744073709551615")
  }

  @Test func firstLineOfACommandWithoutSeedsEndsWithItsSubject() {
    #expect(Self.lines(SampleReport.nothing()).first == "powercut 0.1.0  run  empty")
  }

  @Test func lastLineOfAFailureReproducesIt() {
    let lines = Self.lines(SampleReport.fuzz([SampleReport.finding, SampleReport.bareFinding]))
    #expect(lines.suffix(2) == ["reproduce: \(SampleReport.reproduction)", ""])
  }

  @Test func failedScenarioWithoutAFindingHasItsLineInQuotes() {
    let lines = Self.lines(SampleReport.scenarios(failure: "no seed breaks L03"))
    #expect(lines.contains("FAIL  b c.yaml  no seed breaks L03"))
    #expect(lines.contains("pass  a.yaml  30 states"))
    #expect(lines.suffix(2) == ["reproduce: powercut run 'b c.yaml'", ""])
  }

  @Test func passedRunHasNoLineToReproduce() {
    let lines = Self.lines(SampleReport.passed())
    #expect(!lines.contains { $0.hasPrefix("reproduce") })
    #expect(lines.suffix(2) == ["passed: \(Self.amounts)", ""])
  }

  @Test func findingIsShownInFull() {
    let lines = Self.lines(SampleReport.fuzz())
    for line in [
      "FAIL L03  an entry begins inside another entry (data wrong)",
      "  rule      no entry begins inside another entry's header or data",
      "  found     entry 2 begins at byte 3072 of the log, inside entry 1",
      "  state     cut:37 lost:35,36", "  seed      18",
      "  bug       logger.position-reread: \(BugSwitch.positionReread.row.summary)",
      "  repeats   4 more in the same run", "  also      D03 L06 in the same run",
      "  evidence  entry 1: claims [2048, 4096)", "  evidence  entry 2: at byte 3072",
      "FAILED, 1 rule broken: \(Self.amounts)",
    ] { #expect(lines.contains(line), "'\(line)'") }
  }

  @Test func whatIsNotKnownHasNoLine() {
    let lines = Self.lines(SampleReport.fuzz([SampleReport.bareFinding]))
    for word in ["state", "seed", "bug", "repeats", "also", "evidence"] {
      #expect(!lines.contains { $0.hasPrefix("  \(word)  ") }, "\(word)")
    }
  }

  /// The other findings of one seed are consequences: a rule and a sentence each.
  @Test func consequencesOfOneSeedAreShort() {
    var second = SampleReport.finding
    second.violation.rule = .l06
    var other = second
    other.seed = Seed(19)
    let lines = Self.lines(SampleReport.fuzz([SampleReport.finding, second, other]))
    #expect(lines.count { $0.hasPrefix("FAIL ") } == 3)
    #expect(lines.count { $0.hasPrefix("  rule ") } == 2)
    #expect(lines.contains("FAILED, 2 rules broken: \(Self.amounts)"))
  }

  /// Whatever was found first: what is worst for the user stands at the top.
  @Test func theMostSevereFindingComesFirst() {
    let lines = Self.lines(SampleReport.fuzz([SampleReport.bareFinding, SampleReport.finding]))
    #expect(
      lines.filter { $0.hasPrefix("FAIL ") } == [
        "FAIL L03  an entry begins inside another entry (data wrong)",
        "FAIL L01  the superblock is damaged (unusable)",
      ])
  }

  @Test func rulesThatWereNotJudgedStandWithTheirReasonOnce() {
    var report = SampleReport.passed()
    report.unjudgedRules = [(.l05, "no traces"), (.l08, "no live device"), (.l11, "no traces")]
    report.notes = ["a note"]
    let lines = Self.lines(report)
    #expect(lines.contains("not judged: L05 L11 (no traces)"))
    #expect(lines.contains("not judged: L08 (no live device)"))
    #expect(lines.contains("a note"))
  }

  @Test func nothingCheckedAndInterruptedAreNoPass() {
    let nothing = Self.lines(SampleReport.nothing()).dropLast().last
    #expect(nothing?.hasPrefix("NOTHING WAS CHECKED") == true)
    var report = SampleReport.passed()
    report.isInterrupted = true
    let interrupted = Self.lines(report).dropLast().last
    #expect(interrupted?.hasPrefix("INTERRUPTED, nothing broken") == true)
  }

  // MARK: Colour

  @Test func colourIsThereOnlyWhenAskedFor() {
    for report in [
      SampleReport.fuzz(), SampleReport.passed(), SampleReport.nothing(),
      SampleReport.scenarios(failure: "why"),
    ] {
      let plain = TextReport(report, usesColor: false).text(Self.timing)
      let coloured = TextReport(report, usesColor: true).text(Self.timing)
      #expect(!plain.contains("\u{1b}"))
      #expect(coloured.contains("\u{1b}["))
      #expect(Self.withoutColour(coloured) == plain)
    }
  }

  @Test func commandThatReproducesHasNoColourInIt() {
    let lines = Self.lines(SampleReport.fuzz(), usesColor: true)
    #expect(lines.dropLast().last == "reproduce: \(SampleReport.reproduction)")
  }

  // MARK: Minimized findings

  @Test func aGroupShowsItsSizeItsRunAndItsScenario() throws {
    var report = SampleReport.fuzz()
    let group = try SampleReport.group()
    report.groups = [group]
    let lines = Self.lines(report)
    let start = try #require(lines.firstIndex(of: "MINIMIZED  \(group.name)"))
    let block = lines[start...]
    #expect(
      block.dropFirst().first == "FAIL L03  an entry begins inside another entry (data wrong)")
    #expect(block.contains { $0.hasPrefix("minimized 2 operations, ") })
    #expect(block.contains("found by  seed \(group.seeds[0])"))
    #expect(block.contains("  stack: raw:exact"))
    #expect(lines.firstIndex { $0.hasPrefix("FAIL") }.map { $0 < start } == true)
  }

  @Test func aPageEndsWithItsCommandAndTakesNoTime() {
    let page = TextReport(SampleReport.fuzz(), usesColor: false).pageText
    #expect(page.hasSuffix("\nreproduce: \(SampleReport.reproduction)\n"))
    #expect(!page.contains(" s\n"))
  }

  // MARK: The timeline

  @Test func timelineHasAColumnForEachTaskAndNoTrailingSpaces() throws {
    var finding = try SampleReport.found()
    var timeline = try #require(finding.timeline)
    var rows = Array(timeline.rows.prefix(3))
    try #require(rows.count == 3)
    let texts: [(UInt64, Int, String)] = [(6, 1, "write #6"), (28, 2, "zeroes"), (40, 1, "#6 ok")]
    for (place, (event, task, text)) in texts.enumerated() {
      rows[place].event = event
      rows[place].task = task
      rows[place].text = text
    }
    timeline.rows = rows
    timeline.omittedRowCount = 9
    finding.timeline = timeline
    let lines = Self.lines(SampleReport.fuzz([finding]))
    let start = try #require(lines.firstIndex { $0.hasPrefix("  event") })
    #expect(
      lines[start..<start + 5] == [
        "  event  task 1    task 2",
        "      6  write #6",
        "     28            zeroes",
        "     40  #6 ok",
        "  (9 events of other operations left out)",
      ])
  }

  private static func withoutColour(_ text: String) -> String {
    var result = ""
    var isInside = false
    for character in text {
      if character == "\u{1b}" { isInside = true }
      if !isInside { result.append(character) }
      if character == "m" { isInside = false }
    }
    return result
  }
}

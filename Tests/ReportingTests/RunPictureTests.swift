import Campaign
import Checking
import CrashStates
import Host
import Scheduling
import Stacks
import TestSupport
import Testing

@testable import Reporting

/// The picture of a run: what it says in words, and that it is one.
@Suite struct RunPictureTests {
  /// A flush that is logged before an unfinished write covers it: the write is lost, and was promised.
  private static func judged(_ bug: String = "bugs: [logger.flush-covers-later]\n") throws
    -> JudgedRun
  {
    let text = try Repository.text("Scenarios/logger/flush-covers-later.yaml")
      .replacing("bugs: [logger.flush-covers-later]\n", with: bug)
    let scenario = try Scenario(parsing: text)
    return JudgedRun(
      scenario.configuration, seed: scenario.seeds.first, tiers: [.prefix, .drop(1)])
  }

  private func texts(_ svg: String) -> [String] {
    svg.split(separator: "<text ").dropFirst().compactMap { element in
      element.split(separator: ">", maxSplits: 1).last?.split(separator: "<").first.map(String.init)
    }
  }

  private func wellFormed(_ svg: String) throws {
    let outcome = try Peer(program: "xmllint", package: "libxml2-utils").attempt(
      ["--noout", "-"], input: Array(svg.utf8))
    #expect(outcome.status == .exited(0), "\(outcome.errorText)")
  }

  @Test func whatThePowerCutTookIsNamed() throws {
    let judged = try Self.judged()
    let entryIndex = try #require(
      (0..<4).first {
        RunPicture(of: judged.run, Self.losing($0)).rows.contains { $0.kind == .entry(.lost) }
      })
    let picture = RunPicture(of: judged.run, Self.losing(entryIndex))
    let lost = picture.rows.filter { $0.kind == .entry(.lost) && !$0.isEnd }
    #expect(lost.count == 1)
    #expect(lost[0].text.contains("entry \(entryIndex) at "))
    #expect(picture.rows.last?.kind == .powerCut)
    #expect(picture.rows.contains { $0.kind == .operation(isNamed: true) })
    #expect(picture.rows.contains { $0.kind == .operation(isNamed: false) })
    let svg = RunPictureSVG(picture, title: "T").text
    try wellFormed(svg)
    let texts = texts(svg)
    #expect(texts.count { $0.contains("entry \(entryIndex) at ") && $0.hasSuffix(": lost") } == 1)
    #expect(texts.contains("the power fails, 4 entries are in the log"))
    #expect(texts.contains("D01: a flushed version is gone"), "\(texts)")
    #expect(svg.contains("<desc id=\"description\">D01: a flushed version is gone</desc>"))
  }

  private static func losing(_ entryIndex: Int) -> Violation {
    Violation(
      by: .promiseJudge, .d01, "a title", state: CrashState(cut: 4, lost: [entryIndex]),
      operations: [1], evidence: ["evidence"])
  }

  /// Bars begin and end in the rows of their events, and one that the cut comes before has no end.
  @Test func barsGoFromSubmissionToCompletion() throws {
    let judged = try Self.judged()
    let all = RunPicture(of: judged.run, nil).rows
    for (place, row) in all.enumerated() {
      guard let last = row.lastRow, last != place else { continue }
      #expect(last > place)
      #expect(all[last].isEnd && all[last].task == row.task)
    }
    #expect(all.count { $0.isEnd } > 2)
    let early = RunPicture(
      of: judged.run, Violation(by: .promiseJudge, .d01, "t", state: CrashState(cut: 1))
    ).rows
    #expect(early.contains { if case .operation = $0.kind { $0.lastRow == nil } else { false } })
  }

  /// Of a long run the end is shown: what is answered there and began before has no bar of its own.
  @Test func anAnswerAloneIsNoOperation() throws {
    let plan = FuzzPlan(
      stack: try #require(StackName("vhdx:exact")), seeds: SeedRange(first: Seed(7), last: Seed(7)))
    let run = SimulatedCarrier().carryOut(plan.configuration(for: Seed(7)), seed: Seed(7))
    let picture = RunPicture(of: run, nil)
    #expect(picture.omittedEventCount > 0)
    let answers = picture.rows.filter { $0.text.hasPrefix("#") }
    #expect(!answers.isEmpty)
    #expect(answers.allSatisfy { $0.isEnd })
    #expect(
      answers.contains { answer in
        !picture.rows.contains { $0.text.contains(" " + answer.text.prefix { $0 != " " }) }
      })
  }

  @Test func nothingStandsOutsideOfIt() throws {
    let svg = RunPictureSVG(RunPicture(of: try Self.judged().run, Self.losing(3)), title: "T").text
    let width = try #require(
      svg.firstMatch(of: /<svg [^>]* width="([0-9.]+)"/).flatMap { Double($0.output.1) })
    for match in svg.matches(of: /<text x="([0-9.]+)"[^>]*>([^<]*)</) {
      let start = try #require(Double(match.output.1))
      #expect(start + Double(match.output.2.count) * 6.7 <= width, "\(match.output.2)")
    }
  }

  @Test func aRunThatBreaksNothingIsDrawnWhole() throws {
    let judged = try Self.judged("")
    #expect(judged.judgement.violations.isEmpty)
    let svg = RunPictureSVG(judged.run, nil).text
    try wellFormed(svg)
    #expect(svg.contains("<desc id=\"description\">No rule is broken.</desc>"))
    #expect(!texts(svg).contains { $0.contains("the power fails") })
  }

  @Test func wordsAreNoMarkup() throws {
    var violation = Self.losing(3)
    violation.title = "a < b & \"c\" \u{1}"
    let svg = RunPictureSVG(RunPicture(of: try Self.judged().run, violation), title: "<script>")
      .text
    try wellFormed(svg)
    #expect(svg.contains("a &lt; b &amp; &quot;c&quot; ?"))
    #expect(!svg.contains("<script>"))
  }
}

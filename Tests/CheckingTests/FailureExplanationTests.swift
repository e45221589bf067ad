import Bytes
import Checking
import CrashStates
import Testing
import WriteLog

/// Why a state fails: the smallest loss, the step that must not be there without it, the sync between the two.
@Suite struct FailureExplanationTests {
  /// Three names, then a promise, then another name.
  private static func recording(_ persona: Persona = .ordered) throws -> Recording {
    try Recording(
      JointLine.list(
        parsing: "create 1 644 a\ncreate 2 644 b\ncreate 3 644 c\nmark ack\ncreate 4 644 d\n"),
      base: FolderListing([]), files: [], untouched: { _ in false }, persona: persona)
  }

  private static func lines(
    _ recording: Recording, of state: String, _ fails: (CrashState) -> Bool
  ) throws -> FailureExplanation.Lines {
    let explanation = FailureExplanation(of: recording) { step in
      FailureExplanation.StepWords(
        place: "line \(step)", text: "step \(step)", sync: step == 3 ? nil : "sync \(step)")
    }
    return try explanation.lines(of: recording.state(parsing: state), fails)
  }

  private static func names(_ recording: Recording, _ state: CrashState) -> [String] {
    recording.names(in: state).map { "\($0.path)" }
  }

  /// `b` was promised by the mark, and is not there.
  private static func lacksB(_ recording: Recording, _ state: CrashState) -> Bool {
    recording.markCount(atCut: state.cut) > 0 && !names(recording, state).contains("b")
  }

  @Test func theSmallestLossAndThePromiseThatItBreaks() throws {
    let recording = try Self.recording()
    let lines = try Self.lines(recording, of: "cut:5 names:0") { Self.lacksB(recording, $0) }
    #expect(
      lines.conditions == [
        "lost: line 1, step 1", "lost with it: 1 changes of names behind it",
        "kept: line 3, step 3",
      ])
    #expect(
      lines.remedies == [
        "smallest loss: cut:4 names:1", "missing: sync 1, between line 1 and line 3",
      ])
  }

  @Test func whereNamesAreLostInAnyOrderOneIsEnough() throws {
    let recording = try Self.recording(.posix)
    let lines = try Self.lines(recording, of: "cut:5 names:0") { Self.lacksB(recording, $0) }
    #expect(lines.conditions == ["lost: line 1, step 1", "kept: line 3, step 3"])
    #expect(lines.remedies.first == "smallest loss: cut:4 lost-names:1")
  }

  /// The program's own order leaves it.
  @Test func whatIsWrongByItselfTakesNoLoss() throws {
    let recording = try Self.recording()
    let lines = try Self.lines(recording, of: "cut:5 names:3") { state in
      let names = Self.names(recording, state)
      return names.contains("b") && state.cut > 2
    }
    #expect(lines.conditions == ["nothing has to be lost", "kept: line 2, step 2"])
    #expect(lines.remedies.isEmpty)
  }

  /// Right behind the loss itself there is no room for a sync.
  @Test func withoutAStepInBetweenNoSyncIsMissing() throws {
    let recording = try Self.recording()
    let lines = try Self.lines(recording, of: "cut:3 names:1") { state in
      Self.names(recording, state) == ["a"] && state.cut > 1
    }
    #expect(lines.conditions == ["lost: line 1, step 1", "kept: line 1, step 1"])
    #expect(lines.remedies == ["smallest loss: cut:2 names:1"])
  }

  @Test func groupsAreToldApartByWhatWasSaid() throws {
    var tally = CommandTally(try ImageCommand(parsing: "judge {folder}", for: .folder))
    func add(_ said: [String], cut: Int) {
      let violation = Violation(by: .commandJudge, .x03, "exits with 1", evidence: said)
      tally.add(
        JudgedAnswer(verdict: .broken("exits with 1"), violations: [violation]),
        of: CrashState(cut: cut))
    }
    add(["stderr: 3 of 7 are gone"], cut: 3)
    add(["stderr: 12 of 40 are gone"], cut: 4)
    add(["stderr: no list"], cut: 5)
    let traceback = [
      "stderr:   File \"x.py\", line 3, in f", "stderr:     ~~^", "stderr: KeyError: 7",
    ]
    add(traceback, cut: 6)
    add(["stderr:   File \"x.py\", line 9, in g", "stderr: KeyError: 8"], cut: 7)
    #expect(tally.failures.groups.map(\.stateCount) == [2, 1, 2])
    #expect(tally.failures.groups.map(\.state.cut) == [3, 5, 6])
    tally.explain(
      group: 1, FailureExplanation.Lines(conditions: ["lost: x"], remedies: ["missing: y"]))
    tally.explain(
      group: 0, FailureExplanation.Lines(conditions: ["lost: v"], remedies: ["missing: w"]))
    let violation = try #require(tally.violations.first)
    #expect(violation.difference == ["lost: v"])
    #expect(violation.evidence.first == "missing: w")
    #expect(violation.evidence.contains("what is broken is broken in 3 ways:"))
    #expect(violation.evidence.contains("     missing: y"))
  }
}

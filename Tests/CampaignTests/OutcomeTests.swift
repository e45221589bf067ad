import Testing

@testable import Campaign

/// What decides: a broken rule before a signal, a signal before what is missing, and that before an empty
/// input.
@Suite struct OutcomeTests {
  struct Case: CustomTestStringConvertible {
    var failures: [String] = []
    var isInterrupted = false
    var obstacles: [String] = []
    var emptiness: String?
    var kind: Outcome.Kind
    var status: Int32
    var testDescription: String { "\(kind)" }
  }

  static let cases = [
    Case(kind: .passed, status: 0),
    Case(emptiness: "no entry", kind: .nothingChecked, status: 3),
    Case(obstacles: ["unseen"], kind: .incomplete, status: 2),
    Case(obstacles: ["unseen"], emptiness: "no entry", kind: .incomplete, status: 2),
    Case(isInterrupted: true, kind: .interrupted, status: 130),
    Case(
      isInterrupted: true, obstacles: ["unseen"], emptiness: "no entry", kind: .interrupted,
      status: 130),
    Case(
      failures: ["D01"], isInterrupted: true, obstacles: ["unseen"], emptiness: "no entry",
      kind: .failed, status: 1),
  ]

  @Test(arguments: cases)
  func whatWeighsMostDecides(given: Case) {
    let outcome = Outcome(
      failures: given.failures, isInterrupted: given.isInterrupted, obstacles: given.obstacles,
      emptiness: given.emptiness)
    #expect(outcome.kind == given.kind)
    #expect(outcome.exitStatus == given.status)
    #expect(outcome.isPassed == (given.status == 0))
    #expect(outcome.reasons.isEmpty == outcome.isPassed)
    for reason in given.failures + given.obstacles { #expect(outcome.reasons.contains(reason)) }
  }

  @Test func whatTheRecordingLacksIsNoVerdict() {
    var report = RunReport(command: "check", subject: "L")
    report.counts.states = 3
    report.counts.promises = 1
    report.findings = [
      Finding(recorded: .init(by: .promises, .d01, "gone"), alsoBroken: [], reproduce: "")
    ]
    #expect(report.exitStatus == 1)
    report.distrustFindings("a mapping was not seen")
    #expect(report.exitStatus == 2)
    #expect(report.outcome.reasons == ["a mapping was not seen"])
  }

  @Test func structuresAloneAreEnoughWhereThereIsNoClient() {
    var report = RunReport(command: "check", subject: "image.vhdx")
    report.counts.states = 1
    #expect(report.exitStatus == 3)
    report.counts.structureStates = 1
    #expect(report.exitStatus == 0)
    report.needsPromises = true
    #expect(report.exitStatus == 3)
  }

  @Test func aClientToWhomNothingWasPromisedCheckedNothing() {
    var report = RunReport(command: "fuzz", subject: "program:nbd-raw")
    report.counts.states = 3
    report.counts.comparedDisks = 1
    report.needsPromises = true
    #expect(report.exitStatus == 3)
    report.counts.promises = 1
    #expect(report.exitStatus == 0)
  }
}

import Campaign
import Testing

/// Which exit status a report means.
@Suite struct RunReportTests {
  @Test func passedIsZero() {
    #expect(SampleReport.passed().exitStatus == 0)
    #expect(SampleReport.scenarios(failure: nil).exitStatus == 0)
  }

  @Test func findingOrFailedScenarioIsOne() {
    #expect(SampleReport.fuzz().exitStatus == 1)
    #expect(SampleReport.scenarios(failure: "why").exitStatus == 1)
  }

  @Test func nothingCheckedIsThree() {
    #expect(SampleReport.nothing().exitStatus == 3)
    var report = SampleReport.passed()
    report.counts.states = 0
    #expect(report.exitStatus == 3, "entries alone are no check")
  }

  @Test func interruptedIsOneHundredThirty() {
    var report = SampleReport.passed()
    report.isInterrupted = true
    #expect(report.exitStatus == 130)
    report.counts = RunCounts()
    #expect(report.exitStatus == 130, "also before the first check")
  }

  @Test func findingCountsForMoreThanTheSignal() {
    var report = SampleReport.fuzz()
    report.isInterrupted = true
    #expect(report.exitStatus == 1)
  }
}

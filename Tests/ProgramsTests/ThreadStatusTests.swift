import Testing

@testable import Programs

@Suite struct ThreadStatusTests {
  private func status(_ text: String) -> ThreadStatus {
    ThreadStatus(parsing: Array(text.utf8)[...])
  }

  @Test func stateAndSwitchesAreRead() {
    let status = status(
      """
      Name:\tS\tState:\tR
      State:\tS (sleeping)
      nonvoluntary_ctxt_switches:\t17
      voluntary_ctxt_switches:\t4711
      SigQ:\t0/96310

      """)
    #expect(status.isAsleep)
    #expect(!status.canRun)
    #expect(status.switches.voluntary == 4711)
    #expect(status.switches.involuntary == 17)
  }

  @Test(arguments: [
    ("R", false, true), ("D", false, false), ("Z", true, false), ("X", true, false),
  ])
  func lettersMeanWhatTheKernelSays(letter: String, isAsleep: Bool, canRun: Bool) {
    let status = status("State:\t\(letter) (any)\n")
    #expect(status.isAsleep == isAsleep)
    #expect(status.canRun == canRun)
  }

  @Test func nothingIsNotAsleep() {
    #expect(!status("").isAsleep)
    #expect(!status("State:").isAsleep)
  }
}

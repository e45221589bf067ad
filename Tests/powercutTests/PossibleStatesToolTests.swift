import Testing

/// L09 and L10 over many seeds: the states of a log and those of the device, compared one by one.
@Suite struct PossibleStatesToolTests {
  @Test(arguments: [("raw:exact", 1000), ("vhdx:exact", 60)])
  func logAndDeviceHaveTheSameStatesInEverySeed(stack: String, seedCount: Int) throws {
    let run = try ToolRun(
      ["fuzz", "--stack", stack, "--seeds", "1..\(seedCount)", "--states", "all"], build: .release)
    #expect(run.status == 0, "\(run.result)")
    #expect(
      run.result.contains("(L09, L10) in \(seedCount) of \(seedCount) seeds"), "\(run.result)")
  }

  /// A device that was left in a state which the log does not give, by a FLUSH that claims too much.
  @Test func aLogThatClaimsTooMuchIsFound() throws {
    let run = try ToolRun([
      "fuzz", "--stack", "raw:exact", "--bug", "logger.flush-covers-later", "--seeds", "1..100",
      "--states", "all",
    ])
    #expect(run.status == 1)
    #expect(run.result.contains("FAIL L10"), "\(run.result)")
  }
}

import Host
import TestSupport
import Testing

/// Runs of real programs use every processor, and the report is that of one.
@Suite struct ProgramJobsTests {
  private static func arguments(_ stack: String, seeds: String) -> [String] {
    [
      "fuzz", "--stack", "program:\(stack)", "--allow-exec", "--seeds", seeds, "--keep-going",
      "--states", "prefix", "--format", "json",
    ]
  }

  private func report(
    _ stack: String, seeds: String = "1..6", _ more: [String] = []
  ) throws -> String {
    let run = try ToolRun(Self.arguments(stack, seeds: seeds) + more)
    #expect(run.status == 0 || run.status == 1, "\(run.errors)")
    return run.result
  }

  private func withoutTiming(_ report: String) throws -> Substring {
    report[..<(try #require(report.range(of: "\"timing\"")).lowerBound)]
  }

  private func jobCount(_ run: ToolRun) throws -> Int? {
    try run.json.object("timing").number("jobs")
  }

  @Test(arguments: ["python-raw", "nbd-raw-multi", "qemu-io-qcow2", "sqlite3-wal-full"])
  func theReportIsTheSame(stack: String) throws {
    let alone = try withoutTiming(report(stack, ["--jobs", "1"]))
    #expect(try withoutTiming(report(stack)) == alone)
    #expect(try withoutTiming(report(stack, seeds: "1..5")) != alone)
    if FirstInFirstOut.isAllowed || stack.hasPrefix("sqlite3") {
      #expect(try withoutTiming(report(stack, ["--jobs", "3"])) == alone)
    }
  }

  @Test(.enabled(if: FirstInFirstOut.isAllowed))
  func everyProcessorIsUsedByDefault() throws {
    let run = try ToolRun(Self.arguments("python-raw", seeds: "1"))
    #expect(try jobCount(run) == Processors.count)
  }

  /// The shell of a database has one thread and an order of its own, which nothing interrupts.
  @Test(arguments: [("python-raw", 1), ("sqlite3-wal-full", Processors.count)])
  func withoutThePrivilegeRunsUnderControlAreMadeOneByOne(stack: String, expected: Int) throws {
    let drop =
      FirstInFirstOut.isAllowed ? "setpriv --bounding-set=-sys_nice --inh-caps=-sys_nice " : ""
    let line = Self.arguments(stack, seeds: "1").joined(separator: " ")
    let run = try ToolRun.line("ulimit -r 0; \(drop)powercut \(line)")
    #expect(try jobCount(run) == expected, "\(run.errors)")
  }
}

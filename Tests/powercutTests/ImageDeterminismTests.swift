import TestSupport
import Testing

/// One seed of a VHDX stack gives one report, whoever carries it out and how many at once.
@Suite struct ImageDeterminismTests {
  @Test(arguments: [
    ["--stack", "vhdx:exact", "--bug", "writer.publish-before-log", "--seeds", "1..6"],
    ["--stack", "vhdx:qemu-7.2.22", "--seeds", "30..32"],
    ["--stack", "vhdx:qemu-7.2.22", "--workload", "dirty-images", "--seeds", "1..12"],
  ])
  func oneReport(arguments: [String]) throws {
    var first: [String]?
    for (build, jobs) in [(BuiltProduct.Build.debug, "1"), (.release, "1"), (.release, "2")] {
      let run = try ToolRun(
        ["fuzz"] + arguments + ["--keep-going", "--format", "json", "--jobs", jobs], build: build)
      #expect(run.status == 0 || run.status == 1, "\(run.errors)")
      let report = try Self.withoutTiming(run.result)
      #expect(report == first ?? report, "\(build), \(jobs) jobs")
      first = first ?? report
    }
  }

  private static func withoutTiming(_ report: String) throws -> [String] {
    let lines = report.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let start = try #require(lines.firstIndex(of: "  \"timing\" : {"))
    let end = try #require(lines[start...].firstIndex { $0 == "  }," || $0 == "  }" })
    return Array(lines[..<start] + lines[(end + 1)...])
  }
}

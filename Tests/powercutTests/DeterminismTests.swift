import Host
import TestSupport
import Testing

/// One seed gives one report, byte for byte apart from `timing`, whoever carries it out.
@Suite struct DeterminismTests {
  private struct Surroundings {
    var build: BuiltProduct.Build
    var jobCount: Int
    var environment: [String: String] = [:]
  }

  private static let surroundings = [
    Surroundings(build: .debug, jobCount: 1),
    Surroundings(build: .debug, jobCount: 2),
    Surroundings(build: .release, jobCount: 2),
    Surroundings(
      build: .release, jobCount: 1,
      environment: [
        "LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Kathmandu", "SWIFT_DETERMINISTIC_HASHING": "1",
      ]),
    Surroundings(build: .release, jobCount: 5, environment: ["LC_ALL": "C", "TZ": "UTC"]),
  ]

  @Test(arguments: LoggerBug.names)
  func bugGivesOneReport(bug: String) throws {
    try expectOneReport(
      ["fuzz", "--stack", "raw:exact", "--bug", bug, "--seeds", "1..8", "--keep-going"])
  }

  @Test(arguments: ["raw:exact", "raw:qemu-7.2.0", "raw:qemu-7.2.22"])
  func profileGivesOneReport(stack: String) throws {
    try expectOneReport(
      [
        "fuzz", "--stack", stack, "--seeds", "100..112", "--keep-going", "--states",
        "prefix,flushed-only,drop:1,random:4",
      ])
  }

  /// The first finding of several that are looked for at once is that of the smallest seed.
  @Test(arguments: ["logger.position-reread", "logger.size-unlogged"])
  func firstFindingIsTheSame(bug: String) throws {
    try expectOneReport(["fuzz", "--stack", "raw:exact", "--bug", bug, "--seeds", "1..50"])
  }

  @Test func scenariosGiveOneReport() throws {
    try expectOneReport([
      "run", Repository.path("Scenarios/logger/position-reread.yaml"),
      Repository.path("Scenarios/logger/fua-unmarked.yaml"),
      Repository.path("Scenarios/logger/unit-512-exact.yaml"),
    ])
  }

  /// Four machines with a quarter each see the seeds that one machine sees.
  @Test func shardsAddUp() throws {
    let arguments = ["fuzz", "--stack", "raw:exact", "--seeds", "1..41", "--format", "json"]
    let whole = try ToolRun(arguments, build: .release).json.object("counts")
    var counts = [String: Int]()
    for shard in 1...4 {
      let part = try ToolRun(arguments + ["--shard", "\(shard)/4"], build: .release).json
        .object("counts")
      for key in ["runs", "entries", "states"] {
        counts[key, default: 0] += try #require(part.number(key))
      }
    }
    #expect(counts["runs"] == 41)
    for (key, count) in counts { #expect(whole.number(key) == count, "\(key)") }
  }

  private func expectOneReport(_ arguments: [String]) throws {
    var first: String?
    for surroundings in Self.surroundings {
      let run = try ToolRun(
        arguments + ["--format", "json", "--jobs", "\(surroundings.jobCount)"],
        build: surroundings.build, environment: surroundings.environment)
      #expect(run.status == 0 || run.status == 1)
      let report = try Self.withoutTiming(run.result)
      #expect(report == first ?? report, "\(surroundings)")
      first = first ?? report
    }
  }

  /// Leaves the block of `timing` out, by its lines: parsing and printing again would hide the order
  /// of keys.
  private static func withoutTiming(_ report: String) throws -> String {
    let lines = report.split(separator: "\n", omittingEmptySubsequences: false)
    let start = try #require(lines.firstIndex(of: "  \"timing\" : {"))
    let end = try #require(lines[start...].firstIndex { $0 == "  }," || $0 == "  }" })
    return (lines[..<start] + lines[(end + 1)...]).joined(separator: "\n")
  }
}

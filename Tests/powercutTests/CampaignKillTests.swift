import Foundation
import Host
import Scheduling
import TestSupport
import Testing

/// Whatever is killed, and whenever: nothing that was found or counted is lost, and nothing counts twice.
///
/// `make campaign-kills KILLS=200` does the same more often.
@Suite(.serialized) struct CampaignKillTests {
  private static let killCount =
    ProcessInfo.processInfo.environment["POWERCUT_CAMPAIGN_KILLS"].flatMap { Int($0) } ?? 8
  private static let shardSeedCount =
    ProcessInfo.processInfo.environment["POWERCUT_CAMPAIGN_SEEDS"].flatMap { Int($0) } ?? 160

  private let runs: CampaignRuns

  init() throws { runs = try CampaignRuns() }

  @Test func aKilledCampaignComesToTheSameReport() throws {
    let file = try runs.file(CampaignRuns.threeKinds)
    let start = MonotonicClock.nanoseconds
    let whole = try runs.run(file, "whole")
    #expect(whole.status == 1, "\(whole.errors)")
    let milliseconds = Int((MonotonicClock.nanoseconds - start) / 1_000_000)
    let expected = try runs.report("whole")
    var random = RandomStream(Seed(1), .faults)
    var (killed, round) = (0, 0)
    // A campaign that comes to its end before it was killed often enough is followed by another.
    while killed < Self.killCount {
      round += 1
      let name = "killed-\(round)"
      while killed < Self.killCount {
        let moment = 20 + random.next(below: max(50, milliseconds / 8))
        guard try runs.kill(file, name, afterMilliseconds: moment) else { break }
        killed += 1
      }
      // Where it is over this is another night over the same seeds: everything is known.
      let last = try runs.run(file, name)
      let found = try runs.report(name)
      if try ToolRun(["report", runs.path(name), "--format", "json"]).json.number("night") == 1 {
        #expect(found.text == expected.text)
        #expect(found.status == expected.status)
      } else {
        #expect(last.status == 0, "\(last.result)")
        let first = try runs.report(name, "--night", "1")
        #expect(first.text == expected.text)
        #expect(first.status == expected.status)
      }
      // What was found and is kept, each with its page.
      for finding in try Folders.names(in: runs.path("whole/raw-exact")) {
        #expect(
          Folders.exists(runs.path("\(name)/raw-exact/\(finding)/finding.json")), "\(finding)")
      }
      #expect(
        try Folders.files(below: runs.path(name), suffix: ".yaml").allSatisfy {
          !$0.contains("unshrunk-")
        })
    }
  }

  @Test func eightShardsWithKillsMergeToTheReportOfOne() throws {
    let count = Self.shardSeedCount
    let file = try runs.file(
      """
      campaign: shards
      targets:
        - { stack: "raw:exact", bugs: [logger.flush-covers-later, logger.size-unlogged], seeds: 1..\(count) }
        - { name: images, stack: "vhdx:exact", workload: dirty-images, bugs: [recovery.tail-ignored], seeds: 1..\(count) }
      """)
    #expect(try runs.run(file, "whole").status == 1)
    var random = RandomStream(Seed(2), .faults)
    for shard in 1...8 {
      for _ in 1...2 {
        _ = try runs.kill(
          file, "shard-\(shard)", afterMilliseconds: random.next(below: 400) + 30,
          "--night 1 --shard \(shard)/8")
      }
      // Its own part alone: it says nothing of the others. What ended before it was killed has no more to do.
      let run = try runs.run(file, "shard-\(shard)", "--night", "1", "--shard", "\(shard)/8")
      #expect(run.status == 1 || run.status == 0, "\(run.result)\(run.errors)")
    }
    let folders = (1...8).map { runs.path("shard-\($0)") }
    #expect(try ToolRun(["merge"] + folders + ["--output", runs.path("up")]).status == 0)
    #expect(
      try ToolRun(["merge"] + folders.reversed() + ["--output", runs.path("down")]).status == 0)
    // Once more changes nothing.
    let again = try ToolRun(["merge", folders[3], folders[0], "--output", runs.path("down")])
    #expect(
      again.result.hasSuffix(
        ": 0 ledgers, 0 findings were not there before or are of a smaller seed\n"))
    let whole = try runs.report("whole")
    #expect(try runs.report("up") == whole)
    #expect(try runs.report("down") == whole)
  }
}

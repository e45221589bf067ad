import Scheduling
import TestSupport
import Testing

@testable import Programs

/// The rows that a workload expects are those that the real `sqlite3` has after each commit.
@Suite struct SQLiteWorkloadTests {
  @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
  func rowsAreThoseOfTheRealProgram(seed: UInt64) throws {
    let workload = SQLiteWorkload(seed: Seed(seed))
    var commits: [[UInt8]] = []
    for count in 1...workload.commitCount {
      var script = workload.script(.off) { "-- commit \($0)" }
      let end = try #require(script.ranges(of: "-- commit \(count)\n").first)
      script = String(script[..<end.upperBound]).replacing(".output /dev/null\n", with: "")
      script += ".print @\nSELECT id, txn, payload FROM t ORDER BY id;\n"
      let output = try Peer(program: "sqlite3", package: "sqlite3").run(
        ["-batch", "-init", "/dev/null", ":memory:"], input: Array(script.utf8))
      let start = try #require(output.firstIndex(of: "@"))
      commits.append(Array(output[start...].dropFirst(2).utf8))
    }
    #expect(workload.rowsAfterCommits.dropFirst().map { $0 ?? [] } == commits)
    #expect(workload.rowsAfterCommits.first == .some(nil))
  }

  @Test func noTwoCommitsLeaveTheSameRows() {
    for seed in 1...200 as ClosedRange<UInt64> {
      let rows = SQLiteWorkload(seed: Seed(seed)).rowsAfterCommits
      #expect(Set(rows).count == rows.count)
    }
  }

  @Test func seedsDrawManyKinds() {
    let workloads = (1...200 as ClosedRange<UInt64>).map { SQLiteWorkload(seed: Seed($0)) }
    #expect(Set(workloads.map(\.pageByteCount)) == [512, 1024, 4096])
    #expect(Set(workloads.map(\.checkpointPageCount)) == [2, 8, 30, 1000])
    #expect(workloads.contains { $0.transactions.contains(where: \.isRolledBack) })
    let text = workloads.flatMap { $0.transactions.flatMap(\.statements) }.joined()
    for word in ["INSERT", "UPDATE", "DELETE"] { #expect(text.contains(word)) }
  }
}

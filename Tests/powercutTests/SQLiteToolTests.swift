import Host
import TestSupport
import Testing

/// SQLite from `fuzz`, `run` and `replay-run`, through the real executable.
@Suite(.serialized) struct SQLiteToolTests {
  @Test func aLossIsFoundReproducedAndKept() throws {
    let folder = try TemporaryFolder()
    let run = try ToolRun([
      "fuzz", "--stack", "program:sqlite3-delete-full", "--allow-exec", "--seeds", "1..3",
      "--states",
      "prefix,names", "--output", folder.path("findings"), "--format", "json",
    ])
    #expect(run.status == 1, "\(run.errors)")
    let finding = try #require(run.json.list("findings").first)
    #expect(finding.text("rule") == "D01")
    #expect(try run.json.object("counts").number("runs") == 1)

    let token = try #require(finding.text("token"))
    let again = try ToolRun(["replay-run", token, "--allow-exec"])
    #expect(again.status == 1, "\(again.errors)\(again.result)")
    #expect(again.result.contains("REPRODUCED"), "\(again.result)")

    // The recording is kept, and the state of the finding can be looked at.
    let names = try Folders.names(in: folder.path("findings"))
    let kept = "\(folder.path("findings"))/\(try #require(names.first))"
    let found = try #require(finding.text("found"))
    let start = try #require(found.ranges(of: "(joint state ").first)
    let state = String(found[start.upperBound...].dropLast())
    let output = folder.path("state")
    let replay = try ToolRun([
      "replay", kept, "--state", state, "--leave-out", "ack-*", "--leave-out", "*-shm", "--output",
      output,
    ])
    #expect(replay.status == 0, "\(replay.errors)")
    #expect(try Folders.names(in: output).sorted() == ["db", "db-journal"])
    #expect(try shell("sqlite3 '\(output)/db' 'PRAGMA integrity_check'") == "ok\n")
  }

  @Test func scenariosHoldTheirExpectations() throws {
    // Those of known/ take programs that nothing else does: make known-bugs.
    let paths = try Folders.names(in: Repository.path("Scenarios/programs"))
      .filter { $0.hasSuffix(".yaml") }.map { Repository.path("Scenarios/programs/\($0)") }
    let run = try ToolRun(["run"] + paths + ["--allow-exec"], build: .release)
    #expect(run.status == 0, "\(run.result)\(run.errors)")
    #expect(run.result.contains("sqlite3-wal-full.yaml"), "\(run.result)")
  }

  @Test(arguments: [
    (
      ["--workload", "dirty-images"],
      "--workload: made-up images (dirty-images) belong to a simulated stack"
    ),
    (["--states", "fua-only"], "names, files, random:N"),
    (["--program", "/no/such/sqlite3"], "cannot start '/no/such/sqlite3'"),
  ])
  func whatDoesNotGoTogetherIsRefused(options: [String], said: String) throws {
    let run = try ToolRun(
      ["fuzz", "--stack", "program:sqlite3-wal-full", "--allow-exec", "--seeds", "1"] + options)
    #expect(run.status == 2 || run.status == 64)
    #expect(run.errors.contains(said), "\(run.errors)")
  }

  @Test func otherStacksHaveNoTransactions() throws {
    for stack in ["vhdx:exact", "program:qemu-io-raw"] {
      let run = try ToolRun([
        "fuzz", "--stack", stack, "--workload", "transactions", "--seeds", "1", "--allow-exec",
      ])
      #expect(run.status == 64, "\(stack): \(run.errors)")
    }
  }
}

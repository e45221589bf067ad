import Host
import TestSupport
import Testing

/// No command starts a program that a stack, a token or a file names unless it is told that it may.
@Suite struct ProgramStackToolTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let scenario = """
    summary: A write and a flush.
    stack: program:qemu-io-raw
    workload:
      - { write: [0, 4KiB] }
      - { flush: true }
    expect: { breaks: D01 }
    """

  private static let simulated = """
    summary: A write and a flush.
    stack: raw:exact
    workload:
      - { write: [0, 4KiB] }
      - { flush: true }
    expect: pass
    """

  private func write(_ text: String, to name: String) throws -> String {
    let path = folder.path(name)
    try OutputFile.write(text, to: path)
    return path
  }

  @Test(arguments: ["qemu-io-raw", "qemu-io-vhdx", "qemu-io-qcow2"])
  func fuzzRefusesWithTheRemedy(program: String) throws {
    let run = try ToolRun(["fuzz", "--stack", "program:\(program)", "--seeds", "1"])
    #expect(run.status == 2)
    #expect(run.result.isEmpty)
    #expect(run.errors.contains("program:\(program) starts qemu-io"))
    #expect(run.errors.contains("--allow-exec"))
  }

  @Test func theOtherCommandsRefuseToo() throws {
    let path = try write(Self.scenario, to: "program.yaml")
    for arguments in [["run", path], ["replay-run", path], ["shrink", path]] {
      let run = try ToolRun(arguments)
      #expect(run.status == 2, "\(arguments)")
      #expect(run.errors.contains("--allow-exec"), "\(run.errors)")
    }
    #expect(try ToolRun(["run", path]).errors.contains("\(path): program:qemu-io-raw starts"))
  }

  @Test func scenariosOfProgramsInAFolderAreNamedAndLeftOut() throws {
    try shell("mkdir -p \(folder.path("all/programs"))")
    let path = try write(Self.scenario, to: "all/programs/flush.yaml")
    _ = try write(Self.simulated, to: "all/simulated.yaml")
    let run = try ToolRun(["run", folder.path("all"), "--format", "json"])
    #expect(run.status == 0)
    let report = try run.json
    let skipped = try report.list("scenarios").filter { $0.text("path") == path }
    #expect(
      skipped.map { $0.text("skipped") } == ["it starts qemu-io, which takes --allow-exec"])
    // Nothing else there: nothing was checked.
    #expect(try ToolRun(["run", folder.path("all/programs")]).status == 3)
  }

  @Test func programOptionsBelongToPrograms() throws {
    let path = try write(Self.simulated, to: "simulated.yaml")
    // Allowed is no harm.
    #expect(try ToolRun(["run", path, "--allow-exec"]).status == 0)
    let named = try ToolRun(
      ["fuzz", "--stack", "raw:exact", "--seeds", "1", "--program", "/bin/true"])
    #expect(named.status == 2)
    #expect(named.errors.contains("raw:exact is simulated"))
  }

  @Test(arguments: [
    ["--bug", "logger.count-early"], ["--strategy", "dfs"], ["--workload", "dirty-images"],
  ])
  func whatOnlyASimulationCanDoIsAUsageError(options: [String]) throws {
    let run = try ToolRun(
      ["fuzz", "--stack", "program:qemu-io-vhdx", "--allow-exec"] + options)
    #expect(run.status == 64)
    #expect(run.errors.contains("simulated"))
  }
}

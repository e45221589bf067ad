import Campaign
import Checking
import CrashStates
import ImageStacks
import Scheduling
import Stacks
import TestSupport
import Testing

/// What is said, written and read of runs of programs, with a simulated stack in the program's place.
struct ProgramRunTests {
  private static func plan(executable: String? = nil) throws -> FuzzPlan {
    var plan = FuzzPlan(
      stack: try #require(StackName("program:qemu-io-raw")),
      seeds: SeedRange(first: Seed(1), last: Seed(200)))
    plan.carrier = .device(ProgramTwin())
    plan.executable = executable
    return plan
  }

  private static func found(_ plan: FuzzPlan) throws -> Finding {
    try #require((1...200).lazy.compactMap { plan.run(Seed($0)).findings.first }.first)
  }

  @Test func aFindingNamesTheCommandThatRunsTheProgram() throws {
    let finding = try Self.found(try Self.plan())
    let seed = try #require(finding.seed)
    #expect(
      finding.reproduce
        == "powercut fuzz --stack program:qemu-io-raw --seeds \(seed) --allow-exec")
    #expect(finding.bug == nil)
    let named = try Self.found(try Self.plan(executable: "/opt/qemu 10/qemu-io"))
    #expect(named.reproduce.hasSuffix(" --allow-exec --program '/opt/qemu 10/qemu-io'"))
  }

  @Test func aTokenCarriesNoPath() throws {
    let finding = try Self.found(try Self.plan())
    let named = try Self.found(try Self.plan(executable: "/opt/qemu/qemu-io"))
    let text = try #require(finding.token)
    #expect(named.token == text)
    #expect(text.contains(",stack=program:qemu-io-raw,"))
    let token = try RunToken(parsing: text)
    let replay = try RunReplay(
      token, carrier: .device(ProgramTwin()), executable: "/opt/qemu/qemu-io", reproduce: "")
    #expect(replay.verdict.kind == .reproduced)
    let mended = try RunReplay(token, carrier: .device(ProgramTwin(bug: nil)), reproduce: "")
    #expect(mended.verdict.kind != .reproduced)
  }

  @Test func aScenarioInATokenLosesItsPath() throws {
    let finding = try Self.found(try Self.plan())
    let plan = try Self.plan(executable: "/opt/qemu/qemu-io")
    let seed = try #require(finding.seed)
    let judged = JudgedRun(
      plan.configuration(for: seed), seed: seed, tiers: plan.tiers, carrier: ProgramTwin())
    let token = RunToken(of: judged, breaking: finding.rule)
    guard case .scenario(let scenario) = try RunToken(parsing: token.description).subject else {
      Issue.record("no scenario")
      return
    }
    #expect(scenario.configuration.program == ProgramOptions())
    #expect(judged.run.configuration.program == ProgramOptions(executable: "/opt/qemu/qemu-io"))
    #expect(scenario.configuration.schedule.choices == judged.run.schedule)
  }

  @Test func aProgramsFindingIsMadeSmaller() throws {
    let plan = try Self.plan(executable: "/opt/qemu/qemu-io")
    let finding = try Self.found(plan)
    let group = try #require(try FindingGroup.minimizing(finding, of: plan) { true })
    #expect(group.operationCount < 6)
    #expect(group.shape.description.hasPrefix("qemu-io-raw: "))
    let text = group.scenario.text
    #expect(text.contains("\nstack: program:qemu-io-raw\n"))
    #expect(text.contains("\nprogram: \"/opt/qemu/qemu-io\"\n"))
    let scenario = try Scenario(parsing: text)
    #expect(scenario == group.scenario)
    let (outcome, _) = scenario.run(path: "a.yaml", carrier: .device(ProgramTwin()))
    #expect(outcome.failure == nil)
    let (failed, _) = scenario.run(path: "a.yaml", carrier: .device(ProgramTwin(bug: nil)))
    #expect(failed.failure != nil)
    #expect(failed.programWords == ["--allow-exec", "--program", "/opt/qemu/qemu-io"])
  }

  @Test func aTokenThatNamesAPathIsRefused() throws {
    let text = """
      summary: A program somewhere.
      stack: program:qemu-io-raw
      program: /tmp/anything
      workload:
        - { write: [0, 4KiB] }
      expect: { breaks: D01 }
      """
    let encoded = try shell("base64 -w0 <<'END' | tr +/ -_ | tr -d =\n\(text)\nEND")
    let front = "pc2:tool=0.1.0,text=\(encoded)"
    let check = try shell(
      "printf %s '\(front)' | xxhsum -H3 | grep -o '[0-9a-f]\\{16\\}' | tr -d '\\n'")
    let error = try #require(throws: RunTokenError.self) {
      try RunToken(parsing: "\(front),check=\(check)")
    }
    #expect("\(error)".contains("names a program's file"))
  }

  // MARK: What seeds draw

  @Test(arguments: ProgramStack.all.filter { !$0.keepsFolder })
  func runsOfProgramsAreShort(program: ProgramStack) throws {
    let plan = FuzzPlan(
      stack: StackName(program: program), seeds: SeedRange(first: Seed(1), last: Seed(1)))
    // Every task comes to each block of a disk that is kept in blocks.
    let isImage = plan.stack.image == .vhdx
    let lengths = (1 << 20)...(isImage ? 8 << 20 : 4 << 20) as ClosedRange<UInt64>
    let operationCounts = isImage ? 4...96 : 5...16
    var actions: Set<String> = []
    var taskCounts: Set<Int> = []
    var flushCount = 0
    var operationCount = 0
    for seed in 1...300 as ClosedRange<UInt64> {
      let configuration = plan.configuration(for: Seed(seed))
      let workload = try #require(configuration.clientWorkload(seed: Seed(seed)))
      #expect(workload.sessions.count == 1)
      #expect(configuration.bugs.isEmpty)
      #expect(configuration.faults.errors.count <= 3)
      #expect(lengths.contains(configuration.deviceByteCount))
      let operations = workload.operations.filter { $0.action != .close }
      #expect(operationCounts.contains(operations.count))
      #expect(workload.operations.allSatisfy { (1...255).contains($0.identifier) })
      for operation in operations where operation.action.hasRange {
        #expect((512...64 << 10).contains(operation.range.byteCount))
        #expect(operation.range.endByteOffset <= configuration.deviceByteCount)
      }
      actions.formUnion(operations.map(\.action.rawValue))
      taskCounts.insert(workload.sessions[0].tasks.count)
      flushCount += operations.count { $0.action == .flush }
      operationCount += operations.count
      // What is drawn can be written down and read.
      let scenario = Scenario(
        of: configuration, seed: Seed(seed), tiers: plan.tiers, breaking: .d01)
      let isSame = try Scenario(parsing: scenario.text) == scenario
      #expect(isSame, "\(scenario.text)")
    }
    let discards: Set<String> =
      program.actions.contains(.discard) && program.client != .qemuIO && program.image != .vhdx
      ? ["discard"] : []
    #expect(actions == discards.union(["write", "write-zeroes", "flush", "read"]))
    #expect(taskCounts == [2, 3, 4])
    #expect((0.18...0.33).contains(Double(flushCount) / Double(operationCount)))
  }

  @Test func aVHDXOfAProgramHasTwoToEightBlocks() throws {
    let plan = FuzzPlan(
      stack: try #require(StackName("program:qemu-io-vhdx")),
      seeds: SeedRange(first: Seed(1), last: Seed(1)))
    var lengths: Set<UInt64> = []
    for seed in 1...50 as ClosedRange<UInt64> {
      let configuration = plan.configuration(for: Seed(seed))
      #expect(configuration.image == ImageConfiguration())
      lengths.insert(configuration.deviceByteCount >> 20)
    }
    #expect(lengths == [2, 3, 4, 5, 6, 7, 8])
  }

  @Test func allStatesAreAskedOfTheSameRuns() throws {
    var plan = try Self.plan()
    let usual = plan.configuration(for: Seed(5))
    plan.tiers = [.all]
    #expect(plan.configuration(for: Seed(5)) == usual)
  }
}

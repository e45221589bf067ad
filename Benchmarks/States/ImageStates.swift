import Bytes
import Campaign
import Checking
import CrashStates
import Host
import Scheduling
import Stacks
import Workload

/// The crash states of a dynamic VHDX image of 64 MiB, as a workload of small writes and flushes leaves
/// them: most differ by what the log and the payload hold.
struct ImageStates {
  /// How many of them the real program looks at in a turn.
  static let programStateCount = 20

  /// The states of some tiers.
  struct Part {
    var name: String
    var factName: String
    var tiers: [Tier]
    var stateCount = 0
    /// Those that differ in bytes.
    var distinctStateCount = 0
    /// Those that differ in bytes or in what was promised; only these are judged.
    var judgedStateCount = 0
  }

  let evidence: Evidence
  /// What was there and what was lost.
  let plain: Part
  /// The same with torn writes, and with a second power cut during each recovery.
  let recrashed: Part

  private static func evidence(
    operationCount: Int, diskByteCount: UInt64 = 64 << 20
  ) throws -> Evidence {
    guard let stack = StackName("vhdx:exact") else {
      throw BenchmarkError(description: "there is no stack vhdx:exact")
    }
    var configuration = RunConfiguration(stack: stack)
    configuration.deviceByteCount = diskByteCount
    var specification = WorkloadSpecification()
    specification.taskCount = 4
    specification.operationCount = operationCount
    specification.mix = [.init(.write, 8), .init(.flush, 2)]
    specification.blocks = .init(
      byteCount: 1 << 20, indices: (0..<8).map { $0 * (diskByteCount >> 20) / 64 },
      spanByteCount: 128 << 10)
    configuration.workload = .drawn(specification, seed: nil)
    return try SimulatedRun(configuration, seed: Seed(3)).evidence()
  }

  static let tiers: [Tier] = [.prefix, .flushedOnly, .drop(1)]

  /// Judges the states of a run of this length ten times, for a profiler to look at.
  static func profile(operationCount: Int, tiers: String, diskByteCount: UInt64) throws {
    let evidence = try evidence(operationCount: operationCount, diskByteCount: diskByteCount)
    let part = Part(name: "profile", factName: "profile", tiers: try Tier.list(parsing: tiers))
    for _ in 0..<10 {
      let start = MonotonicClock.nanoseconds
      let judgement = part.judge(evidence)
      let elapsed = MonotonicClock.nanoseconds - start
      print(
        "\(evidence.index.entryCount) entries, \(judgement.stateCount) states,",
        "\(judgement.distinctStateCount) distinct,",
        "\(elapsed / UInt64(judgement.distinctStateCount)) ns a distinct state")
    }
  }

  /// The same states of a run of another length, or over a larger disk.
  static func other(
    _ name: String, factName: String, operationCount: Int, diskByteCount: UInt64 = 64 << 20
  ) throws -> (evidence: Evidence, part: Part) {
    let evidence = try evidence(operationCount: operationCount, diskByteCount: diskByteCount)
    let part = try Part(name: name, factName: factName, tiers: tiers).counted(evidence)
    return (evidence, part)
  }

  init(operationCount: Int = 400) throws {
    evidence = try Self.evidence(operationCount: operationCount)
    let tiers = Self.tiers
    plain = try Part(name: "vhdx states", factName: "image", tiers: tiers).counted(evidence)
    recrashed = try Part(
      name: "vhdx recrash", factName: "recrash", tiers: tiers + [.torn(512), .recrash]
    ).counted(evidence)
  }

  /// One core, everything: log, order, recovery, structures, virtual disk, going on.
  func judging(_ part: Part) -> TimedTask { Self.judging(part, evidence) }

  static func judging(_ part: Part, _ evidence: Evidence) -> TimedTask {
    let tiers = part.tiers.map(\.description).joined(separator: ",")
    return TimedTask(
      name: part.name,
      summary:
        "recovering and judging \(part.distinctStateCount) distinct states, of "
        + "\(part.stateCount) (\(tiers)), of a log of \(evidence.index.entryCount) entries",
      isComparable: false
    ) {
      _ = part.judge(evidence)
    }
  }

  /// The same states, a few of them, in files.
  func checking(in folder: String) -> TimedTask {
    let history = evidence.history
    let paths = (0..<Self.programStateCount).map { "\(folder)/state-\($0).vhdx" }
    return TimedTask(
      name: "qemu-img check",
      summary: "`qemu-img check -r all` on \(Self.programStateCount) of these states",
      isComparable: false
    ) {
      for (place, path) in paths.enumerated() {
        let cut = history.entryCount * (place + 1) / Self.programStateCount
        let replay = Replay(history, state: CrashState(cut: cut))
        let image = try SparseImageFile(path, byteCount: replay.imageByteCount)
        try replay.write { piece in
          try image.write(piece.region, in: piece.range, at: piece.imageByteOffset)
        }
        try image.finish()
      }
    } run: {
      for path in paths {
        let outcome = try ChildProcess.run(
          argv: ["qemu-img", "check", "-q", "-r", "all", "-f", "vhdx", path])
        guard outcome.status == .exited(0) else {
          throw BenchmarkError(description: "qemu-img check: \(outcome.status)")
        }
      }
    }
  }
}

extension ImageStates.Part {
  func judge(_ evidence: Evidence) -> Judgement {
    Judge(Judge.Options(tiers: tiers, seed: 1)).judge(evidence)
  }

  /// The same with how many states there are.
  fileprivate func counted(_ evidence: Evidence) throws -> Self {
    let judgement = judge(evidence)
    guard judgement.violations.isEmpty else {
      throw BenchmarkError(description: "the exact stack breaks \(judgement.violations[0].rule)")
    }
    var counted = self
    counted.stateCount = judgement.stateCount
    counted.distinctStateCount = judgement.distinctStateCount
    counted.judgedStateCount = judgement.judgedStateCount
    return counted
  }
}

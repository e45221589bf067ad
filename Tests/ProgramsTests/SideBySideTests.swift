import Campaign
import Host
import Scheduling
import Stacks
import TestSupport
import Testing

@testable import Programs

/// Runs that go on beside each other, on a machine that has other work for every processor, are what they are
/// alone.
@Suite(.serialized, .enabled(if: FirstInFirstOut.isAllowed)) struct SideBySideTests {
  private struct Seen: Equatable, Sendable {
    var stall: String?
    var order: TaskOrder
    var logBytes: [UInt8]
  }

  private static let seeds = 1...UInt64(10)

  private let carrier: ProgramCarrier

  init() throws {
    for peer in [Peer.qemuIO, .qemuNBD, .nbdkit, .python] { try peer.run(["--version"]) }
    carrier = try ProgramCarrier(libraryPath: BuiltProduct.preloadedLibrary())
  }

  private func plan(_ stack: String, _ program: String?) throws -> FuzzPlan {
    var plan = FuzzPlan(
      stack: try #require(StackName("program:\(stack)")),
      seeds: SeedRange(first: Seed(Self.seeds.lowerBound), last: Seed(Self.seeds.upperBound)))
    plan.executable = program
    return plan
  }

  private func runs(_ plan: FuzzPlan, jobCount: Int) throws -> [Seen] {
    let carrier = carrier
    var seen: [Seen] = []
    try WorkerPool(jobCount: jobCount).run(indexCount: Self.seeds.count) { index in
      let seed = Seed(Self.seeds.lowerBound + UInt64(index))
      let run = carrier.carryOut(plan.configuration(for: seed), seed: seed)
      return Seen(
        stall: run.stall.map { "\($0)" }, order: run.order, logBytes: run.logBytes)
    } consume: { _, run in
      seen.append(run)
      return true
    }
    return seen
  }

  /// Programs that have work for every processor, while `body` runs.
  private func onABusyMachine<Outcome>(_ body: () throws -> Outcome) throws -> Outcome {
    let burners = try (0..<Processors.count).map { _ in
      try StartedProcess(argv: ["sh", "-c", "while :; do :; done"], environment: [:])
    }
    defer { for burner in burners { _ = burner.end() } }
    return try body()
  }

  @Test(arguments: [
    ("qemu-io-raw", nil), ("qemu-io-vhdx", nil), ("qemu-io-qcow2", nil), ("nbd-vhdx", nil),
    ("nbd-raw-multi", nil), ("nbd-raw", "nbdkit --foreground --unix {socket} file {image}"),
    ("nbd-raw-multi", "nbdkit --foreground --unix {socket} file {image}"), ("python-raw", nil),
  ])
  func theyAreWhatTheyAreAlone(stack: String, program: String?) throws {
    let plan = try plan(stack, program)
    let alone = try runs(plan, jobCount: 1)
    #expect(alone.allSatisfy { $0.stall == nil }, "\(alone.compactMap(\.stall))")
    // Other seeds are other runs, so that equality says something.
    #expect(Set(alone.map(\.logBytes)).count == alone.count)
    for jobCount in [2, Processors.count + 1] {
      let together = try onABusyMachine { try runs(plan, jobCount: jobCount) }
      for (seed, (one, other)) in zip(Self.seeds, zip(alone, together)) {
        #expect(one == other, "seed \(seed), \(jobCount) jobs")
      }
    }
  }
}

import Bytes
import Campaign
import Checking
import CrashStates
import Host
import Scheduling
import Stacks
import TestSupport
import Testing
import Workload
import WriteLog

@testable import Programs

/// The real qemu-io, its file operations let go one by one.
@Suite(.serialized) struct ProgramRunTests {
  private static func carrier() throws -> ProgramCarrier {
    try Peer.qemuIO.run(["--version"])
    return try ProgramCarrier(
      libraryPath: BuiltProduct.preloadedLibrary())
  }

  private static func plan(_ stack: String, _ seeds: ClosedRange<UInt64>) throws -> FuzzPlan {
    FuzzPlan(
      stack: try #require(StackName("program:\(stack)")),
      seeds: SeedRange(first: Seed(seeds.lowerBound), last: Seed(seeds.upperBound)))
  }

  private static func run(
    _ carrier: ProgramCarrier, _ stack: String, seed: UInt64,
    _ change: (inout RunConfiguration) -> Void = { _ in }
  ) throws -> any DeviceRun {
    var configuration = try plan(stack, seed...seed).configuration(for: Seed(seed))
    change(&configuration)
    return carrier.carryOut(configuration, seed: Seed(seed))
  }

  @Test(arguments: ["qemu-io-vhdx", "qemu-io-raw", "qemu-io-qcow2"])
  func aSeedGivesTheSameLogEachTime(stack: String) throws {
    let carrier = try Self.carrier()
    for seed: UInt64 in [1, 2] {
      let first = try Self.run(carrier, stack, seed: seed)
      try #require(first.stall == nil, "\(String(describing: first.stall))")
      #expect(first.stepCount > 10)
      for _ in 0..<3 {
        let again = try Self.run(carrier, stack, seed: seed)
        #expect(again.schedule == first.schedule)
        #expect(again.logBytes == first.logBytes)
        #expect(again.stall == nil)
      }
      // Another carrier makes its images anew.
      let other = try Self.run(try Self.carrier(), stack, seed: seed)
      #expect(other.logBytes == first.logBytes)
    }
  }

  @Test func recordedChoicesGiveTheSameRun() throws {
    let carrier = try Self.carrier()
    let first = try Self.run(carrier, "qemu-io-vhdx", seed: 3)
    let again = try Self.run(carrier, "qemu-io-vhdx", seed: 3) {
      $0.schedule = .choices(first.schedule, madeBy: .auto)
    }
    #expect(again.replayDivergence == nil)
    #expect(again.logBytes == first.logBytes)
    let turns = try Self.run(carrier, "qemu-io-vhdx", seed: 3) { $0.schedule = .turns(first.order) }
    #expect(turns.order == first.order)
  }

  @Test func otherChoicesGiveAnotherRun() throws {
    let carrier = try Self.carrier()
    let first = try Self.run(carrier, "qemu-io-vhdx", seed: 3)
    let other = try Self.run(carrier, "qemu-io-vhdx", seed: 3) { $0.schedule = .strategy(.sticky) }
    #expect(other.schedule != first.schedule)
    #expect(other.logBytes != first.logBytes)
  }

  /// The defect of QEMU's VHDX driver writer.publish-before-log, by two of its programs.
  @Test(arguments: ["qemu-io-vhdx", "nbd-vhdx"])
  func qemuLosesAFlushedWriteOverVHDX(stack: String) throws {
    let carrier = try Self.carrier()
    // The second writer of a block that is new is answered, and flushed, while the first one's payload is
    // still on its way.
    func write(_ identifier: UInt64, task: Int, at byteOffset: UInt64) -> ClientOperation {
      ClientOperation(
        identifier: identifier, task: task, action: .write,
        range: ByteRange(byteOffset: byteOffset, byteCount: 512))
    }
    let operations = [
      write(1, task: 0, at: 0), write(2, task: 1, at: 4096),
      ClientOperation(identifier: 3, task: 1, action: .flush),
    ]
    for seed: UInt64 in 1...30 {
      let run = try Self.run(carrier, stack, seed: seed) {
        $0.deviceByteCount = 2 << 20
        $0.workload = .explicit(Workload(explicit: [operations]))
        $0.schedule = .strategy(.pos)
      }
      let found = run.judgement(tiers: [.prefix]).violations.first { $0.rule == .d01 }
      guard let found else { continue }
      #expect(found.operations.contains(2))
      #expect(run.timelineEvents(cut: found.state?.cut).count { $0.isCut } == 1)
      return
    }
    Issue.record("no seed of 30 has lost it")
  }

  @Test func qemuKeepsItsPromisesOverARawFile() throws {
    let carrier = try Self.carrier()
    for seed: UInt64 in 1...8 {
      let run = try Self.run(carrier, "qemu-io-raw", seed: seed)
      let judgement = run.judgement(tiers: [.prefix, .drop(1)])
      #expect(judgement.violations.isEmpty, "\(judgement.violations)")
      #expect(judgement.judgedRules.contains(.d01))
      // What the program's own logger has written is judged, too.
      #expect(judgement.judgedRules.contains(.l08))
    }
  }

  @Test func anErrorOfTheFileReachesTheClient() throws {
    let carrier = try Self.carrier()
    let run = try Self.run(carrier, "qemu-io-raw", seed: 1) {
      // Of a raw file the first operation that is no flush is a write of the client's.
      $0.faults.errors = [0: .inputOutput, 1: .inputOutput, 2: .inputOutput]
    }
    #expect(run.stall == nil)
    #expect(run.client.records.contains { $0.errorName == "EIO" })
    // What QEMU's own logger makes of it is another matter: it logs writes that have failed.
    let broken = run.judgement(tiers: [.prefix]).violations.map(\.rule)
    #expect(broken.allSatisfy { $0 == .l08 }, "\(broken)")
  }

  @Test(arguments: [
    ("/nowhere/qemu-io", "could not be recorded"), ("/bin/true", "before it was told to"),
  ])
  func aProgramThatIsNotQemuIOIsNamed(executable: String, reason: String) throws {
    let run = try Self.run(try Self.carrier(), "qemu-io-raw", seed: 1) {
      $0.program = ProgramOptions(executable: executable)
    }
    guard case .program(let text) = run.stall else {
      Issue.record("it went well")
      return
    }
    #expect(text.contains(reason), "\(text)")
  }
}

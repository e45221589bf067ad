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

/// Real programs that export an image over NBD, their file operations let go one by one.
@Suite(.serialized) struct NBDRunTests {
  private static let nbdkit = "nbdkit --foreground --unix {socket} file {image}"

  private static func carrier() throws -> ProgramCarrier {
    try Peer.qemuNBD.run(["--version"])
    try Peer.nbdkit.run(["--version"])
    return try ProgramCarrier(
      libraryPath: BuiltProduct.preloadedLibrary())
  }

  private static func run(
    _ carrier: ProgramCarrier, _ stack: String, program: String? = nil, seed: UInt64 = 1,
    _ change: (inout RunConfiguration) -> Void = { _ in }
  ) throws -> any DeviceRun {
    var plan = FuzzPlan(
      stack: try #require(StackName("program:\(stack)")),
      seeds: SeedRange(first: Seed(seed), last: Seed(seed)))
    plan.executable = program
    var configuration = plan.configuration(for: Seed(seed))
    change(&configuration)
    return carrier.carryOut(configuration, seed: Seed(seed))
  }

  private static func operation(
    _ identifier: UInt64, task: Int, _ action: ClientOperation.Action, at byteOffset: UInt64 = 0,
    _ byteCount: UInt64 = 0, isFUA: Bool = false
  ) -> ClientOperation {
    ClientOperation(
      identifier: identifier, task: task, action: action,
      range: ByteRange(byteOffset: byteOffset, byteCount: byteCount), isFUA: isFUA)
  }

  @Test(arguments: [
    ("nbd-vhdx", nil), ("nbd-raw", nil), ("nbd-qcow2", nil), ("nbd-raw", nbdkit),
    ("nbd-vhdx-multi", nil), ("nbd-raw-multi", nbdkit),
  ])
  func aSeedGivesTheSameLogEachTime(stack: String, program: String?) throws {
    let carrier = try Self.carrier()
    for seed: UInt64 in [1, 2] {
      let first = try Self.run(carrier, stack, program: program, seed: seed)
      try #require(first.stall == nil, "\(String(describing: first.stall))")
      #expect(first.stepCount > 10)
      #expect(first.client.records.allSatisfy { $0.isAcknowledged })
      for _ in 0..<3 {
        let again = try Self.run(carrier, stack, program: program, seed: seed)
        #expect(again.schedule == first.schedule)
        #expect(again.logBytes == first.logBytes)
      }
    }
  }

  @Test(arguments: [
    ("nbd-raw", nil), ("nbd-raw", nbdkit), ("nbd-raw-multi", nil), ("nbd-raw-multi", nbdkit),
  ])
  func overARawFilePromisesAreKept(stack: String, program: String?) throws {
    let carrier = try Self.carrier()
    for seed: UInt64 in 1...8 {
      let run = try Self.run(carrier, stack, program: program, seed: seed)
      let judgement = run.judgement(tiers: [.prefix, .drop(1)])
      #expect(judgement.violations.isEmpty, "\(judgement.violations)")
      #expect(judgement.judgedRules.contains(.d01))
    }
  }

  /// A row of its own is all that another exporter takes: the runs are those of its command line.
  @Test func anotherExporterIsOneRow() throws {
    let carrier = try Self.carrier()
    let row = ProgramStack("nbdkit-raw", .nbd(.one), .raw, Self.nbdkit)
    let plan = FuzzPlan(
      stack: StackName(program: row), seeds: SeedRange(first: Seed(1), last: Seed(1)))
    #expect("\(plan.stack)" == "program:nbdkit-raw")
    let run = carrier.carryOut(plan.configuration(for: Seed(1)), seed: Seed(1))
    #expect(run.stall == nil)
    let named = try Self.run(carrier, "nbd-raw", program: Self.nbdkit)
    #expect(run.logBytes == named.logBytes)
    #expect(run.judgement(tiers: [.prefix]).judgedRules.contains(.d01))
  }

  /// nbdkit can be told to leave flushes out: a bug planted in a real program.
  @Test(arguments: ["fua file {image} fuamode=discard", "cache file {image} cache=unsafe"])
  func flushesThatAreLeftOutAreFound(filter: String) throws {
    let program = "nbdkit --foreground --unix {socket} --filter=\(filter)"
    let run = try Self.run(try Self.carrier(), "nbd-raw", program: program) {
      $0.deviceByteCount = 64 << 10
      $0.workload = .explicit(
        Workload(explicit: [
          [Self.operation(1, task: 0, .write, at: 0, 4096), Self.operation(2, task: 0, .flush)]
        ]))
    }
    try #require(run.stall == nil, "\(String(describing: run.stall))")
    let broken = run.judgement(tiers: [.prefix, .drop(1)]).violations.map(\.rule)
    #expect(broken.contains(.d01), "\(broken)")
  }

  @Test func everyRequestReachesTheFile() throws {
    let operations = [
      Self.operation(1, task: 0, .write, at: 0, 8192, isFUA: true),
      Self.operation(2, task: 0, .writeZeroes, at: 0, 1024),
      Self.operation(3, task: 0, .discard, at: 4096, 4096),
      Self.operation(4, task: 0, .read, at: 0, 8192), Self.operation(5, task: 0, .flush),
    ]
    let run = try Self.run(try Self.carrier(), "nbd-raw") {
      $0.deviceByteCount = 64 << 10
      $0.workload = .explicit(Workload(explicit: [operations]))
    }
    try #require(run.stall == nil, "\(String(describing: run.stall))")
    #expect(run.client.records.filter { $0.isAcknowledged }.count == 6)
    let live = run.liveContents
    func bytes(_ byteOffset: UInt64, _ byteCount: UInt64) -> [UInt8] {
      live.read(ByteRange(byteOffset: byteOffset, byteCount: byteCount))
    }
    #expect(bytes(0, 1024).allSatisfy { $0 == 0 })
    // Each unit says who wrote it: the text that stamps begin with.
    #expect(bytes(1024, 8) == Array("pcutunit".utf8))
    #expect(bytes(4096, 4096).allSatisfy { $0 == 0 })
  }

  @Test func aFlushThatFailsIsNoPromise() throws {
    // Of one write and one flush the second operation on the file is the flush's.
    let operations = [
      Self.operation(1, task: 0, .write, at: 0, 4096), Self.operation(2, task: 0, .flush),
    ]
    let run = try Self.run(try Self.carrier(), "nbd-raw", program: Self.nbdkit) {
      $0.deviceByteCount = 64 << 10
      $0.workload = .explicit(Workload(explicit: [operations]))
      $0.faults.errors = [1: .inputOutput]
    }
    try #require(run.stall == nil, "\(String(describing: run.stall))")
    #expect(run.client.records.map(\.errorName) == [nil, "EIO", nil])
    #expect(run.judgement(tiers: [.prefix, .drop(1)]).violations.isEmpty)
  }

  /// A server that has room for one client, and one that does not offer several.
  @Test(arguments: [
    ("--filter=limit file {image} limit=1", "too many clients connected"),
    ("--filter=multi-conn file {image} multi-conn-mode=disable", "CAN_MULTI_CONN"),
  ])
  func severalConnectionsAreMade(words: String, reason: String) throws {
    let program = "nbdkit --foreground --unix {socket} \(words)"
    let carrier = try Self.carrier()
    let alone = try Self.run(carrier, "nbd-raw", program: program)
    #expect(alone.stall == nil, "\(String(describing: alone.stall))")
    let several = try Self.run(carrier, "nbd-raw-multi", program: program)
    guard case .program(let text) = several.stall else {
      Issue.record("it went well")
      return
    }
    #expect(text.contains(reason), "\(text)")
  }

  /// Half of the first write is written; what a program does about the rest is its own.
  private static func runWithShortWrite(program: String?) throws -> any DeviceRun {
    try run(try carrier(), "nbd-raw", program: program) {
      $0.deviceByteCount = 64 << 10
      $0.workload = .explicit(
        Workload(explicit: [
          [operation(1, task: 0, .write, at: 0, 4096), operation(2, task: 0, .flush)]
        ]))
      $0.faults.shortWrites = [0]
    }
  }

  @Test(arguments: [nil, nbdkit, SmallServer.words(.careful)])
  func aShortWriteIsGoneOnWith(program: String?) throws {
    let run = try Self.runWithShortWrite(program: program)
    try #require(run.stall == nil, "\(String(describing: run.stall))")
    #expect(run.client.records.allSatisfy { $0.isAcknowledged })
    let judgement = run.judgement(tiers: [.prefix, .drop(1)])
    #expect(judgement.violations.isEmpty, "\(judgement.violations)")
    let index = try run.evidence().index
    let lengths = (0..<index.entryCount).map { index[$0] }.filter { $0.kind == .write }
      .map(\.deviceRange.byteCount)
    #expect(lengths == [2048, 2048])
  }

  @Test func aShortWriteThatIsTakenForAWholeOneIsFound() throws {
    let run = try Self.runWithShortWrite(program: SmallServer.words(.careless))
    try #require(run.stall == nil, "\(String(describing: run.stall))")
    let broken = run.judgement(tiers: [.prefix]).violations.map(\.rule)
    #expect(broken == [.d01], "\(broken)")
  }

  /// What came back is part of the recording: unit by unit, whose it is.
  @Test(arguments: [nil, nbdkit, SmallServer.words(.careful)])
  func whatReadsReturnIsRecordedAndRight(program: String?) throws {
    let run = try Self.runWithReads(program: program)
    try #require(run.stall == nil, "\(String(describing: run.stall))")
    let reads = run.client.records.filter { $0.operation.action == .read }
    #expect(
      reads.map(\.readContents) == [
        ReadContents([.operation(1), .operation(1), .zeroes]),
        ReadContents([.operation(1), .operation(3), .operation(3)]),
      ])
    let judgement = run.judgement(tiers: [.prefix])
    #expect(judgement.violations.isEmpty, "\(judgement.violations)")
    #expect(judgement.judgedRules.contains(.d11))
  }

  @Test func aServerThatAnswersFromMemoryIsFound() throws {
    let run = try Self.runWithReads(program: SmallServer.words(.forgetful))
    try #require(run.stall == nil, "\(String(describing: run.stall))")
    let violations = run.judgement(tiers: [.prefix]).violations
    #expect(violations.map(\.rule) == [.d11], "\(violations)")
    #expect(
      violations.first?.title
        == "read #4 [0, 1536) returned write #1 [0, 1024) for byte 512, and must return "
        + "write #3 [512, 1536) or a later version")
  }

  private static func runWithReads(program: String?) throws -> any DeviceRun {
    try run(try carrier(), "nbd-raw", program: program) {
      $0.deviceByteCount = 64 << 10
      $0.workload = .explicit(
        Workload(explicit: [
          [
            operation(1, task: 0, .write, at: 0, 1024), operation(2, task: 0, .read, at: 0, 1536),
            operation(3, task: 0, .write, at: 512, 1024), operation(4, task: 0, .read, at: 0, 1536),
          ]
        ]))
    }
  }

  /// What the export does not offer is not asked for, and nothing is expected of it.
  @Test func whatAnExportCannotDoIsAnsweredSo() throws {
    let program = "nbdkit --foreground --unix {socket} --filter=nozero --filter=fua file {image}"
    let operations = [
      Self.operation(1, task: 0, .writeZeroes, at: 0, 4096),
      Self.operation(2, task: 0, .write, at: 0, 4096, isFUA: true),
      Self.operation(3, task: 0, .write, at: 4096, 4096),
    ]
    let run = try Self.run(try Self.carrier(), "nbd-raw", program: program) {
      $0.deviceByteCount = 64 << 10
      $0.workload = .explicit(Workload(explicit: [operations]))
    }
    try #require(run.stall == nil, "\(String(describing: run.stall))")
    #expect(run.client.records.map(\.errorName).prefix(3) == ["ENOTSUP", "ENOTSUP", nil])
  }

  @Test(
    arguments: [
      ("/nowhere/qemu-nbd", "could not be recorded"), ("/bin/true", "before it was told to"),
      ("nbdkit --foreground --unix {socket} file /nowhere/{image}", "No such file"),
      ("nbdkit --foreground --readonly --unix {socket} file {image}", "must be writable"),
      (
        "nbdkit --foreground --unix {socket} --filter=offset file {image} offset=512",
        "found one of"
      ),
      ("sh -c 'cat; : {image} {socket}'", "waits for nothing that is known"),
      (
        "python3 -c 'import socket,sys; l=socket.socket(socket.AF_UNIX); l.bind(sys.argv[1]); "
          + "l.listen(); l.accept()[0].sendall(b\"HTTP/1.1 400 Bad\"); sys.stdin.read()' "
          + "{socket} {image}", "does not speak the NBD protocol"
      ),
      (
        "python3 -c 'import socket,sys; l=socket.socket(socket.AF_UNIX); l.bind(sys.argv[1]); "
          + "l.listen(); l.accept()[0].close(); sys.stdin.read()' {socket} {image}",
        "closed the connection"
      ),
    ])
  func whatIsNoExportIsSaidSo(program: String, reason: String) throws {
    let run = try Self.run(try Self.carrier(), "nbd-raw", program: program)
    guard case .program(let text) = run.stall else {
      Issue.record("it went well")
      return
    }
    #expect(text.contains(reason), "\(text)")
  }
}

import BlockDevice
import Bytes
import Checking
import CrashStates
import ImageStacks
import Scheduling
import Stacks
import Workload
import WriteLog

/// Carries out a run of a simulated stack: its sessions one after the other, each with a disk and a logger of its
/// own over the same two devices.
final class StackSimulation: @unchecked Sendable {
  private let configuration: RunConfiguration
  private let seed: Seed
  private let workload: Workload
  private var stall: RunStall?
  private var client = ClientHistory()
  /// By operation, which of its task's steps it took.
  private var stepsOfOperation: [UInt64: Range<Int>] = [:]

  private let simulation: Simulation
  private let data: SimulatedDevice
  private let log: SimulatedDevice
  private var sessions: [Traces.Session] = []

  /// Carries the run out, from the first operation to the last close.
  ///
  /// - Precondition: the configuration has a client, and its stack is a simulated one.
  /// - Parameter strategy: instead of the one that the configuration names.
  init(_ configuration: RunConfiguration, seed: Seed, strategy: (any Strategy)?) {
    precondition(configuration.stack.program == nil, "a program is run by a carrier of its own")
    self.configuration = configuration
    self.seed = seed
    guard let workload = configuration.clientWorkload(seed: seed) else {
      preconditionFailure("made-up images have no client")
    }
    self.workload = workload
    simulation = Simulation(
      strategy: strategy
        ?? configuration.schedule.makeStrategy(
          seed: seed, expectedStepCount: workload.operations.count * Self.stepsPerOperation))
    data = SimulatedDevice(
      contents: configuration.initialContents(seed: seed),
      isGrowable: configuration.stack.image != .raw, faults: configuration.faults,
      simulation: simulation)
    log = SimulatedDevice(
      contents: Self.staleLog(configuration), isGrowable: true,
      faults: Self.logFaults(configuration), simulation: simulation)
    carryOut()
  }

  /// The strategy with what it remembers of the run.
  var strategy: any Strategy { simulation.currentStrategy }

  var traces: Traces {
    Traces(
      data: data.trace, log: log.trace, sessions: sessions,
      superblockInterval: configuration.superblockInterval,
      initialContents: data.initialContents)
  }

  /// What the run did and left.
  var record: RunRecord {
    var record = RunRecord(
      configuration, seed: seed, workload: workload, over: data.initialContents)
    record.client = client
    record.stall = stall
    record.steps.schedule = simulation.schedule
    record.steps.order = simulation.order
    record.steps.count = simulation.stepCount
    record.steps.ofOperation = stepsOfOperation
    record.steps.replayDivergence = (strategy as? ReplayStrategy)?.finalDivergence
    record.liveContents = data.contents
    record.logBytes = log.contents.read(ByteRange(byteOffset: 0, byteCount: log.byteCount))
    if !configuration.faults.errors.isEmpty {
      record.clientsOfFaultableOperations =
        data.trace.filter { $0.action != .read }.map(\.clientOperation)
    }
    if !configuration.failingLogOperations.isEmpty {
      record.clientsOfFaultableLogOperations = clientsOfLogOperations
    }
    return record
  }

  private var clientsOfLogOperations: [UInt64?] {
    log.trace.filter { $0.action != .read }.map { operation in
      // Its marks are of an operation, too, and stand before and after it on the same task.
      client.records.last {
        $0.operation.task == operation.task && $0.beganAtEvent ?? .max < operation.submittedAt
      }?.operation.identifier
    }
  }

  /// About: data, entry, two marks, now and then a superblock.
  private static let stepsPerOperation = 6

  /// A log device that was used before: bytes that are no entry, so that nothing is zero by chance.
  private static func staleLog(_ configuration: RunConfiguration) -> SparseBytes {
    var contents = SparseBytes(byteCount: configuration.staleLogByteCount)
    contents.fill(with: 0xb5)
    return contents
  }

  private static func logFaults(_ configuration: RunConfiguration) -> DeviceFaults {
    var faults = DeviceFaults()
    for place in configuration.failingLogOperations { faults.errors[place] = .inputOutput }
    return faults
  }

  // MARK: The run

  private func carryOut() {
    for session in workload.sessions {
      let logger = makeLogger()
      let disk = makeDisk(over: logger)
      do throws(Simulation.Stall) {
        guard try open(logger, disk) else { return }
        try work(session, disk, logger)
        // Who appended to a log that lacks an operation could not be held to anything.
        if traces.logFailedAt != nil { return }
      } catch {
        stall = RunStall(error)
        return
      }
    }
  }

  private func makeLogger() -> WriteLogger {
    var options = WriteLogger.Options()
    options.sectorByteCount = configuration.logSectorByteCount
    options.superblockInterval = configuration.superblockInterval
    options.writesExtension = configuration.stack.profile.writesOwnFields
    // Each session has one of its own to give; where it appends, the log keeps what it has.
    var stream = RandomStream(seed, .configuration, 1, UInt64(sessions.count))
    options.logIdentity = stream.next()
    options.bugs = configuration.stackBugs
    return WriteLogger(device: data, log: log, options: options, simulation: simulation)
  }

  private func makeDisk(over logger: WriteLogger) -> any ClientDisk {
    configuration.imageStack?.disk(
      configuration.imageSetup, over: logger, seed: seed, session: sessions.count,
      simulation: simulation) ?? RawImage(over: logger, simulation: simulation)
  }

  /// Creates the log in the first session and appends to it in the others, then opens the disk.
  ///
  /// - Returns: whether the session can go on.
  private func open(
    _ logger: WriteLogger, _ disk: any ClientDisk
  ) throws(Simulation.Stall) -> Bool {
    var session = Traces.Session(firstLogOperation: log.trace.count)
    let isFirst = sessions.isEmpty
    let outcome = OpeningResult()
    simulation.spawn(task: 0) {
      do throws(DeviceError) {
        if isFirst { try await logger.create() } else { try await logger.append() }
      } catch {
        outcome.error = error
      }
    }
    try simulation.run()
    session.openingError = outcome.error.map { "\($0)" }
    session.entryCount = logger.entryCount
    sessions.append(session)
    if outcome.error != nil { return false }
    let firstOperation = data.trace.count
    simulation.spawn(task: 0) {
      do throws(DeviceError) { try await disk.open() } catch { outcome.error = error }
    }
    try simulation.run()
    if let error = outcome.error {
      if data.trace[firstOperation...].allSatisfy({ $0.error == nil }) {
        sessions[sessions.count - 1].diskOpeningError = "\(error)"
      }
      return false
    }
    precondition(
      disk.sectorByteCount == configuration.clientSectorByteCount,
      "requests are made of the sectors that the disk says")
    return true
  }

  private func work(
    _ session: Workload.Session, _ disk: any ClientDisk, _ logger: WriteLogger
  ) throws(Simulation.Stall) {
    for (task, operations) in session.tasks.enumerated() {
      simulation.spawn(task: task) {
        for operation in operations { await self.perform(operation, disk, logger) }
      }
    }
    try simulation.run(
      expectedStepCounts: session.tasks.map { configuration.expectedStepCount(of: $0) })
    if configuration.isKilled { return }
    simulation.spawn(task: 0) {
      await self.perform(session.close, disk, logger)
      do throws(DeviceError) {
        try await logger.close()
        self.sessions[self.sessions.count - 1].closedAt = self.simulation.nextEventIndex()
      } catch {
        // A log device that fails shows in the operations themselves.
      }
    }
    try simulation.run()
  }

  private func perform(
    _ operation: ClientOperation, _ disk: any ClientDisk, _ logger: WriteLogger
  ) async {
    let firstStep = simulation.pointCount(ofTask: operation.task)
    var bytes: [UInt8] = []
    if operation.action == .write {
      bytes = ContentsStyle.stamped.bytes(
        seed: seed, operation: operation.identifier, range: operation.range)
    }
    let digest = Checksum.xxh3(bytes)
    client.begin(
      operation, contentsDigest: operation.action == .write ? digest : 0,
      entryCount: logger.entryCount, event: simulation.nextEventIndex())
    await mark(
      .begin(
        operation: operation.identifier, action: operation.action, range: operation.range,
        contents: digest, isFUA: operation.isFUA), operation, logger)
    let outcome = await TaskIdentity.$operation.withValue(operation.identifier) {
      await Self.outcome(operation, bytes, of: disk)
    }
    var error: DeviceError?
    switch outcome {
    case .success(let returned):
      if operation.action == .read { await noteReturned(returned, by: operation, logger) }
    case .failure(let refusal): error = refusal
    }
    client.end(
      operation.identifier, errorName: error?.name, entryCount: logger.entryCount,
      event: simulation.nextEventIndex())
    await mark(.end(operation: operation.identifier, errorName: error?.name), operation, logger)
    stepsOfOperation[operation.identifier] =
      firstStep..<simulation.pointCount(ofTask: operation.task)
  }

  private func mark(
    _ mark: ClientMark, _ operation: ClientOperation, _ logger: WriteLogger
  ) async {
    guard configuration.stack.profile.writesOwnFields else { return }
    // A log device that fails shows in the operations themselves.
    try? await logger.mark(mark.text)
  }

  /// Before the answer itself, so that a log that ends here tells of no answer without what it was.
  private func noteReturned(
    _ bytes: [UInt8], by operation: ClientOperation, _ logger: WriteLogger
  ) async {
    let contents = ContentsStyle.stamped.contents(ofRead: bytes, operation.range, seed: seed)
    client.got(operation.identifier, contents)
    for mark in ClientMark.got(operation.identifier, contents) {
      await self.mark(mark, operation, logger)
    }
  }

  /// - Returns: what a read returned; nothing of the others.
  private static func outcome(
    _ operation: ClientOperation, _ bytes: [UInt8], of disk: any ClientDisk
  ) async -> Result<[UInt8], DeviceError> {
    do throws(DeviceError) {
      switch operation.action {
      case .read: return .success(try await disk.read(operation.range))
      case .write:
        try await disk.write(
          bytes, at: operation.range.byteOffset, isFUA: operation.isFUA)
      case .writeZeroes: try await disk.writeZeroes(operation.range, isFUA: operation.isFUA)
      case .discard: try await disk.discard(operation.range)
      case .flush: try await disk.flush()
      case .close: try await disk.close()
      case .resize: try await disk.resize(toByteCount: operation.range.byteCount)
      }
      return .success([])
    } catch {
      return .failure(error)
    }
  }
}

/// How a session's opening went; written by its one task, read when that has ended.
private final class OpeningResult: @unchecked Sendable {
  var error: DeviceError?
}

import Bytes
import Campaign
import Checking
import CrashStates
import Host
import Recorder
import Scheduling
import Stacks
import Workload
import WriteLog

/// One run of a real program: started on a new image, asked for a workload's operations one at a time, each
/// of its file operations held until a strategy lets it go, and all that it did to the image recorded.
struct ProgramRun: DeviceRun {
  private(set) var record: RunRecord
  /// The tasks of the program's own operations, by their submission.
  private(set) var tasks: [UInt64: Int] = [:]
  /// The log that QEMU's own logger has written, and what it was a log of.
  private(set) var loggerLogBytes: [UInt8]?

  private static let imageName = "disk.img"
  private static let loggerLogName = "blklogwrites.log"

  /// - Precondition: the configuration names a program, and its workload has a client.
  init(
    _ configuration: RunConfiguration, seed: Seed, images: ProgramImages, libraryPath: String
  ) {
    guard let stack = configuration.stack.program,
      let workload = configuration.clientWorkload(seed: seed)
    else { preconditionFailure("a program's run has a program and a client") }
    record = RunRecord(
      configuration, seed: seed, workload: workload,
      over: SparseBytes(byteCount: configuration.deviceByteCount))
    let tools = QEMUTools(stack, executable: configuration.program?.executable)
    do {
      let strategy = configuration.schedule.makeStrategy(
        seed: seed, expectedStepCount: workload.operations.count * Self.stepsPerOperation)
      try OwnProcessor.run { processor in
        try carryOut(tools, strategy, images, libraryPath, processor: processor)
      }
    } catch let failure as ProgramFailure {
      record.stall = .program(failure.reason)
    } catch {
      record.stall = .program("the program could not be recorded: \(error)")
    }
  }

  /// An allocating write of a VHDX image takes some fifteen, a write to a place that is there two.
  private static let stepsPerOperation = 6

  private mutating func carryOut(
    _ tools: QEMUTools, _ strategy: any Strategy, _ images: ProgramImages, _ libraryPath: String,
    processor: UInt32
  ) throws {
    // Nothing is synced, so that the disk is not needed.
    let folder = try TemporaryFolder(prefersMemory: true)
    let watched = folder.path("watched")
    try Folders.create(watched)
    let image = "\(watched)/\(Self.imageName)"
    try images.place(configuration, tools, at: image)
    let loggerLog = tools.stack.hasLogger ? "\(watched)/\(Self.loggerLogName)" : nil
    if let loggerLog { try OutputFile.write([UInt8](), to: loggerLog) }

    var options = Recorder.Options(
      watched: watched, output: folder.path("recordings"), libraryPath: libraryPath)
    options.control = Recorder.Control(processor: processor, seed: seed.rawValue)
    let recorder = try Recorder(options) { _ in "{}\n" }
    defer { recorder.close() }
    try recorder.watch(image)
    let socket = folder.path("nbd.sock")
    var paths: [ProgramStack.Place: String] = [.image: image, .socket: socket]
    paths[.log] = loggerLog
    let argv = try ProgramCommand(of: tools.stack, executable: configuration.program?.executable)
      .argv(paths)
    let dialogue = try Dialogue(
      argv: argv, environment: recorder.environment, hasFixedAddresses: true)
    defer { _ = dialogue.end() }

    var program = ControlledProgram(
      recorder: recorder, client: client(dialogue, socket: socket), path: image,
      strategy: strategy, faults: FileFaults(configuration.faults), contents: contents)
    defer { take(program) }
    for session in workload.sessions { try program.run(session) }
    let outcome = try recorder.finish(dialogue.end(), of: argv)
    // QEMU sets a ring up, is refused it and has other means; that it then fails is the faults' doing.
    if let problem = outcome.problems.first(where: { $0 != .ioUring }) {
      throw ProgramFailure(reason: "\(problem)")
    }
    try take(outcome, loggerLog)
  }

  private func client(_ dialogue: Dialogue, socket: String) -> any ProgramClient {
    switch configuration.stack.program?.client {
    case .nbd(let connections):
      let taskCount = workload.sessions.map(\.tasks.count).max() ?? 1
      return NBDExportClient(
        dialogue, socketPath: socket, byteCount: configuration.deviceByteCount,
        connectionCount: connections == .perTask ? max(1, taskCount) : 1,
        contents: contents.bytes(of:))
    case .python: return PythonClient(dialogue)
    case .qemuIO, .database, .commands, nil: return QEMUIOClient(dialogue)
    }
  }

  private var contents: ProgramContents {
    ProgramContents(style: configuration.stack.contents, seed: seed)
  }

  private mutating func take(_ program: ControlledProgram) {
    record.steps.schedule = program.schedule
    record.steps.order = program.order
    record.steps.count = program.stepCount
    record.steps.ofOperation = program.stepsOfOperation
    record.steps.replayDivergence = (program.strategy as? ReplayStrategy)?.finalDivergence
    tasks = program.tasks
  }

  private mutating func take(_ outcome: Recorder.Outcome, _ loggerLog: String?) throws {
    guard let file = outcome.files.first(where: { $0.name == Self.imageName }) else { return }
    record.logBytes = try InputFile.bytes("\(file.folder)/writes.log", maximumByteCount: 1 << 30)
    record.initialContents = try SparseBytes(reading: "\(file.folder)/base.img")
    record.liveContents = try SparseBytes(reading: "\(file.folder)/live.img")
    if let loggerLog {
      loggerLogBytes = try InputFile.bytes(loggerLog, maximumByteCount: 1 << 30)
    }
    let index = try WriteLogIndex(reading: ByteRegion(logBytes), options: LogReadingOptions())
    record.client = try ClientHistory(marksOf: index) ?? ClientHistory()
  }
}

extension SparseBytes {
  /// - Throws: ``HostError`` where the file cannot be read.
  init(reading path: String) throws(HostError) {
    let region = try MappedFile.map(path, access: .sequential)
    self.init(byteCount: UInt64(region.byteCount))
    var start = 0
    while start < region.byteCount {
      let extent = region.extent(at: start)
      let end = min(extent?.endByteOffset ?? region.byteCount, start + 1 << 20)
      if extent?.isHole != true { write(region.bytes(in: start..<end), at: UInt64(start)) }
      start = extent?.isHole == true ? extent?.endByteOffset ?? end : end
    }
  }
}

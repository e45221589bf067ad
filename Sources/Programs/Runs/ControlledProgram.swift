import Bytes
import Glibc
import Host
import Recorder
import Scheduling
import Workload
import WriteLog

/// A program whose every file operation waits until it is let go, and whose client asks for one operation
/// at a time: what happens next is always a choice, made when nothing can happen by itself.
///
/// The tasks of a run are those of the client, and after them ``OperationLanes`` for what the program does.
struct ControlledProgram {
  /// What may happen next.
  private enum Held {
    case file(HeldOperation)
    case client(ClientOperation)
  }

  /// A step that takes longer goes round in circles.
  private static let stepNanoseconds: UInt64 = 20_000_000_000
  /// A program that rests while something is asked of it may wait for a clock, but not longer than this.
  private static let clockNanoseconds: UInt64 = 1_000_000_000
  private static let stepLimit = 50_000

  private let recorder: Recorder
  private let watch = TaskWatch()
  private var client: any ProgramClient
  /// The file that the client's operations are about.
  private let path: String
  private var faults: FileFaults
  /// What the client's writes hold, and how it is told from what reads return.
  private let contents: ProgramContents
  private var points: WaitingPoints<Held>
  private var lanes = OperationLanes()
  /// Operations of the client that wait to be asked for.
  private var waitingClients: [ClientOperation] = []
  /// Those that were asked for and not answered.
  private var inFlight: [ClientOperation] = []
  private(set) var stepsOfOperation: [UInt64: Range<Int>] = [:]

  init(
    recorder: Recorder, client: any ProgramClient, path: String, strategy: any Strategy,
    faults: FileFaults, contents: ProgramContents
  ) {
    self.recorder = recorder
    self.client = client
    self.path = path
    self.faults = faults
    self.contents = contents
    points = WaitingPoints(strategy: strategy)
  }

  /// By submission, the lanes of the program's operations.
  var tasks: [UInt64: Int] { lanes.tasks }
  var schedule: Schedule { points.schedule }
  var order: TaskOrder { points.order }
  var stepCount: Int { points.stepCount }
  var strategy: any Strategy { points.strategy }

  /// Carries a session out, until the program has ended.
  ///
  /// - Throws: ``ProgramFailure``, or what kept the recorder from going on.
  mutating func run(_ session: Workload.Session) throws {
    lanes.firstTask = session.tasks.count
    points.begin(expectedStepCounts: session.tasks.map(\.count))
    try work(session.tasks)
    try work([[session.close]])
    guard client.dialogue.hasEnded else {
      throw ProgramFailure(reason: "the program goes on after it was told to quit")
    }
  }

  /// Asks for the operations of each list in their order, the lists side by side, and lets the program's
  /// own go, until none is left.
  private mutating func work(_ lists: [[ClientOperation]]) throws {
    var queues = lists.map { Array($0.reversed()) }
    while true {
      try settle()
      if client.dialogue.hasEnded { return try noteEnd(isExpected: queues.allSatisfy(\.isEmpty)) }
      takeHeld()
      for place in queues.indices {
        guard let operation = queues[place].last, !isWaiting(task: operation.task) else { continue }
        queues[place].removeLast()
        waitingClients.append(operation)
        points.insert(task: operation.task, access: Self.promptAccess, .client(operation))
      }
      if points.count == 0, inFlight.isEmpty { return }
      try step()
    }
  }

  private func isWaiting(task: Int) -> Bool {
    inFlight.contains { $0.task == task } || waitingClients.contains { $0.task == task }
  }

  private mutating func step() throws {
    guard points.stepCount < Self.stepLimit else {
      throw ProgramFailure(reason: "the program does more than \(Self.stepLimit) operations")
    }
    let (client, inFlight) = (client, inFlight)
    let next = points.takeNext { held in
      guard case .client(let operation) = held else { return true }
      return client.isReady && !inFlight.contains { client.isAlike($0, operation) }
    }
    switch next {
    case .client(let operation): try ask(operation)
    case .file(let operation):
      recorder.release(operation, lanes.leave(operation))
    case nil: try urge()
    }
  }

  // MARK: The client

  private mutating func ask(_ operation: ClientOperation) throws {
    waitingClients.removeAll { $0 == operation }
    let point = points.pointCount(ofTask: operation.task)
    stepsOfOperation[operation.identifier] = point - 1..<point
    try mark(
      .begin(
        operation: operation.identifier, action: operation.action, range: operation.range,
        contents: operation.action == .write ? contents.digest(of: operation) : 0,
        isFUA: operation.isFUA), operation)
    inFlight.append(operation)
    try client.ask(operation)
  }

  private mutating func take(_ answers: [ClientAnswer]) throws {
    for answer in answers {
      guard let place = inFlight.firstIndex(where: { $0.identifier == answer.operation }) else {
        continue
      }
      let operation = inFlight.remove(at: place)
      let isDoubtful =
        operation.action == .flush && faults.haveStruck && !client.tellsFailedFlushes
      let errorName = answer.errorName ?? (isDoubtful ? "EIO" : nil)
      if operation.action == .read, errorName == nil, let bytes = answer.bytes {
        let returned = try contents.read(bytes, by: operation)
        for mark in ClientMark.got(operation.identifier, returned) {
          try self.mark(mark, operation)
        }
      }
      try mark(.end(operation: operation.identifier, errorName: errorName), operation)
    }
  }

  private func mark(_ mark: ClientMark, _ operation: ClientOperation) throws {
    try recorder.mark(mark, task: UInt32(operation.task), in: path)
  }

  /// A close is acknowledged by a program that ends as it should.
  private mutating func noteEnd(isExpected: Bool) throws {
    let status = client.dialogue.end()
    let open = inFlight.filter { $0.action != .close }
    guard isExpected, open.isEmpty, let close = inFlight.first, waitingClients.isEmpty else {
      throw ProgramFailure(
        reason: "the program ended (\(status.words)) before it was told to\(lastWords)")
    }
    guard case .exited(let number) = status else {
      throw ProgramFailure(reason: "the program was \(status.words) while it closed the image")
    }
    try take([
      ClientAnswer(
        operation: close.identifier, errorName: number == 0 ? client.closeErrorName : "EIO")
    ])
  }

  /// As the end of a sentence.
  private var lastWords: String {
    client.lastWords.isEmpty ? "" : "; its last line: \(client.lastWords)"
  }

  // MARK: The program

  private static let promptAccess = DeviceAccess(device: 0, kind: .wholeDevice)

  private mutating func takeHeld() {
    for operation in recorder.held where !lanes.isWaiting(operation) {
      let turn = operation.path == path ? faults.turn(of: operation) : .go
      points.insert(
        task: lanes.take(operation, turn), access: operation.access, .file(operation))
    }
  }

  /// Waits until nothing can happen by itself, and takes in what has happened.
  ///
  /// What the program has said is taken in then and not as it comes, so that its place in the one order is
  /// the same in every run.
  private mutating func settle() throws {
    var patience = Patience(nanoseconds: Self.stepNanoseconds)
    while true {
      let before = watch.look(at: [client.dialogue.processID])
      client.listen()
      try recorder.poll()
      if client.dialogue.hasEnded { break }
      if before.areAllAsleep, isInputTaken, watch.isUnchanged(since: before),
        try !recorder.answerTouch(), try !client.reply()
      {
        break
      }
      if patience.isOver(of: before.processIDs, canRun: before.canRun) {
        throw ProgramFailure(reason: "the program works for 20 s without coming to an operation")
      }
    }
    try recorder.poll()
    client.listen()
    try take(client.answers())
  }

  /// A program may leave requests alone for as long as one of its own operations is held.
  private var isInputTaken: Bool { client.isInputTaken || !recorder.held.isEmpty }

  /// Brings a program further that rests, though something is asked of it: by what its client has to do,
  /// or else by giving it the time to be woken by a clock.
  private mutating func urge() throws {
    if try client.urge() { return }
    let dialogue = client.dialogue
    var patience = Patience(nanoseconds: Self.clockNanoseconds)
    let before = watch.look(at: [dialogue.processID])
    while before == watch.look(at: [dialogue.processID]), !dialogue.hasEnded {
      if patience.isOver(of: before.processIDs, canRun: false) {
        let open = (inFlight + waitingClients).map { "\($0)" }.joined(separator: ", ")
        throw ProgramFailure(
          reason: """
            the program waits for nothing that is known, and has not answered: \(open)\(lastWords)
            """)
      }
      usleep(1_000)
    }
  }
}

extension HeldOperation {
  /// What a strategy has to know of it; `nil` where its order matters to everything.
  var access: DeviceAccess? {
    switch kind {
    case .write, .allocate, .zero, .punch:
      range.map {
        DeviceAccess(
          device: Int(file), kind: .change, byteOffset: $0.byteOffset,
          endByteOffset: $0.endByteOffset)
      }
    case .resize, .sync: DeviceAccess(device: Int(file), kind: .wholeDevice)
    case .syncAll, .syncFolder, .names: nil
    }
  }
}

import Bytes
import Scheduling
import WriteLog

/// The client's side of a run: for each session, what each task does in order. At the end of a session
/// everything is closed; the next one goes on with what is there.
package struct Workload: Hashable, Sendable {
  package struct Session: Hashable, Sendable {
    /// A list of operations for each task.
    package var tasks: [[ClientOperation]]
    /// The operation that closes the session.
    package var close: ClientOperation

    package init(tasks: [[ClientOperation]], close: ClientOperation) {
      self.tasks = tasks
      self.close = close
    }

    /// Each operation by its task, in the order given.
    package init(listing operations: [ClientOperation], closeIdentifier: UInt64) {
      let taskCount = (operations.map(\.task).max() ?? 0) + 1
      tasks = (0..<taskCount).map { task in operations.filter { $0.task == task } }
      close = ClientOperation(identifier: closeIdentifier, task: 0, action: .close)
    }
  }

  package var sessions: [Session]

  package init(sessions: [Session]) {
    self.sessions = sessions
  }

  /// Every operation, in the order of its identifier.
  package var operations: [ClientOperation] {
    sessions
      .flatMap { $0.tasks.flatMap { $0 } + [$0.close] }
      .sorted { $0.identifier < $1.identifier }
  }

  /// Draws a workload. Each operation has a random stream of its own, keyed by task and place.
  ///
  /// - Parameters:
  ///   - deviceByteCount: ranges lie inside of it, resizes stay between half of it and all of it.
  ///   - sectorByteCount: what ranges are made of.
  package init(
    _ specification: WorkloadSpecification, seed: Seed, deviceByteCount: UInt64,
    sectorByteCount: UInt32
  ) {
    let draw = OperationDraw(
      specification: specification, seed: seed, deviceByteCount: deviceByteCount,
      sectorByteCount: UInt64(sectorByteCount))
    sessions = []
    var nextIdentifier: UInt64 = 1
    let perSession = max(1, specification.operationCount / specification.sessionCount)
    for session in 0..<specification.sessionCount {
      var tasks: [[ClientOperation]] = []
      for task in 0..<specification.taskCount {
        let share = (perSession + task) / specification.taskCount
        tasks.append(
          (0..<share).map { place in
            defer { nextIdentifier += 1 }
            return draw.operation(
              nextIdentifier, task: task, place: session * perSession + place)
          })
      }
      let close = ClientOperation(identifier: nextIdentifier, task: 0, action: .close)
      nextIdentifier += 1
      sessions.append(Session(tasks: tasks, close: close))
    }
  }

  /// Explicit lists, one for each session: each operation by its task, in the order given.
  ///
  /// - Precondition: identifiers ascend over all sessions, and leave one out between two sessions, which is
  ///   the close's.
  package init(explicit sessions: [[ClientOperation]]) {
    var closeIdentifier: UInt64 = 0
    self.sessions = sessions.map { operations in
      precondition(
        operations.allSatisfy { $0.identifier > closeIdentifier }, "identifiers ascend")
      closeIdentifier = (operations.map(\.identifier).max() ?? closeIdentifier) + 1
      return Session(listing: operations, closeIdentifier: closeIdentifier)
    }
  }
}

/// Draws single operations.
private struct OperationDraw {
  let specification: WorkloadSpecification
  let seed: Seed
  let deviceByteCount: UInt64
  let sectorByteCount: UInt64

  func operation(_ identifier: UInt64, task: Int, place: Int) -> ClientOperation {
    var stream = RandomStream(seed, .workload, UInt64(task), UInt64(place))
    let action = stream.pick(specification.mix.map { ($0.action, $0.weight) })
    var operation = ClientOperation(identifier: identifier, task: task, action: action)
    switch action {
    case .flush, .close: break
    case .resize:
      let half = Int(deviceByteCount / sectorByteCount / 2)
      let sectorCount = UInt64(half + stream.next(below: half + 1))
      operation.range = ByteRange(byteOffset: 0, byteCount: sectorCount * sectorByteCount)
    case .write, .writeZeroes:
      operation.range = range(of: action, place, &stream)
      operation.isFUA = stream.chance(specification.fuaPercent, of: 100)
    case .read, .discard:
      operation.range = range(of: action, place, &stream)
    }
    return operation
  }

  private func range(
    of action: ClientOperation.Action, _ place: Int, _ stream: inout RandomStream
  ) -> ByteRange {
    guard let blocks = specification.blocks else { return range(&stream) }
    var index = stream.pick(blocks.indices)
    if let count = blocks.sweepOperationCount {
      index = blocks.indices[place / count % blocks.indices.count]
    }
    let start = index * blocks.byteCount
    let block = ByteRange(
      byteOffset: start, byteCount: min(blocks.byteCount, deviceByteCount - start))
    let canBeWhole = action == .writeZeroes || action == .discard
    if canBeWhole, stream.chance(blocks.wholePercent, of: 100) { return block }
    let sectorCount = self.sectorCount(&stream, spanByteCount: blocks.spanByteCount)
    let byteCount = min(UInt64(sectorCount) * sectorByteCount, block.byteCount)
    if stream.chance(blocks.acrossPercent, of: 100) {
      let before = UInt64(stream.next(in: 1...sectorCount)) * sectorByteCount
      let first = block.endByteOffset - min(before, block.byteCount)
      return ByteRange(
        byteOffset: first, byteCount: min(byteCount, deviceByteCount - first))
    }
    let roomByteCount = min(blocks.spanByteCount, block.byteCount) - min(byteCount, block.byteCount)
    let place = UInt64(stream.next(below: Int(roomByteCount / sectorByteCount) + 1))
    return ByteRange(byteOffset: start + place * sectorByteCount, byteCount: byteCount)
  }

  /// Short ranges as often as long ones.
  private func sectorCount(_ stream: inout RandomStream, spanByteCount: UInt64) -> Int {
    let longest = max(
      1, Int(min(specification.maximumByteCount, spanByteCount) / sectorByteCount))
    return min(longest, 1 << stream.next(in: 0...15), stream.next(in: 1...longest))
  }

  /// Short ranges as often as long ones; three in four start at a multiple of 4096.
  private func range(_ stream: inout RandomStream) -> ByteRange {
    let span = min(specification.hotByteCount ?? deviceByteCount, deviceByteCount)
    let spanSectorCount = max(1, Int(span / sectorByteCount))
    let sectorCount = self.sectorCount(
      &stream, spanByteCount: UInt64(spanSectorCount) * sectorByteCount)
    var start = stream.next(below: spanSectorCount - sectorCount + 1)
    let blockSectorCount = max(1, 4096 / Int(sectorByteCount))
    if stream.chance(3, of: 4) { start -= start % blockSectorCount }
    return ByteRange(
      byteOffset: UInt64(start) * sectorByteCount, byteCount: UInt64(sectorCount) * sectorByteCount)
  }
}

import CrashStates
import Scheduling
import Workload

/// Fewer operations: what comes after the power cut goes first, then tasks, sessions and single operations.
extension ShrinkTrials {
  mutating func cutTail() {
    guard let cut = violation?.state?.cut else { return }
    let late = judged.run.client.records.filter { $0.entryCountAtBegin > cut }
    _ = takes(without: Set(late.map(\.operation.identifier)))
  }

  mutating func dropSessions() {
    for index in best.sessions.indices.reversed() where index < best.sessions.count {
      if best.sessions.count == 1 { return }
      let identifiers = Set(best.sessions[index].map(\.identifier))
      var sessions = best.sessions
      let removed = sessions.remove(at: index)
      if takes(withoutSession(index, identifiers, sessions)) { continue }
      if index == 0 { continue }
      // Without the close and the open between two sessions.
      sessions[index - 1] += removed
      _ = takes(firstOf: ordered(best.with(sessions: sessions)))
    }
  }

  private func withoutSession(
    _ index: Int, _ identifiers: Set<UInt64>, _ sessions: [[ClientOperation]]
  ) -> ShrinkCase {
    best.with(sessions: sessions).with(turns: order(without: identifiers))
  }

  mutating func dropTasks() {
    for task in Set(best.operations.map(\.task)).sorted() {
      let own = best.operations.filter { $0.task == task }
      if own.count < best.operations.count { _ = takes(without: Set(own.map(\.identifier))) }
    }
  }

  mutating func dropOperations() {
    let all = best.operations.map(\.identifier)
    // Numbers change with each case that is taken: these are positions among the operations at first.
    var positions = Array(all.indices)
    let kept = DeltaDebugging.minimized(positions) { candidate in
      let keptPositions = Set(candidate)
      let numbers = best.operations.map(\.identifier)
      let removed = zip(positions, numbers).filter { !keptPositions.contains($0.0) }.map(\.1)
      guard takes(without: Set(removed)) else { return false }
      positions = candidate
      return true
    }
    precondition(kept == positions, "what was kept last is the smallest")
  }

  /// The same where the order of the rest has to change when an operation goes.
  mutating func dropOperations(searching scheduleLimit: Int) {
    var position = 0
    while position < best.operations.count && !isOver {
      let candidate = removing([best.operations[position].identifier])
      if !takes(
        candidate, searching: scheduleLimit, preemptionLimits: 0...1)
      {
        position += 1
      }
    }
  }

  mutating func takes(without identifiers: Set<UInt64>) -> Bool {
    if identifiers.isEmpty { return false }
    return takes(firstOf: ordered(removing(identifiers)))
  }

  /// A case with the turns that it has, and without a preemption.
  func ordered(_ candidate: ShrinkCase) -> [ShrinkCase] {
    [candidate, candidate.with(turns: TaskOrder())]
  }

  /// Without some operations, the steps that they took, and the faults that they met.
  func removing(_ identifiers: Set<UInt64>) -> ShrinkCase {
    var candidate = best.with(
      sessions: best.sessions.map { $0.filter { !identifiers.contains($0.identifier) } })
    candidate.configuration.schedule = .turns(order(without: identifiers))
    let errors = best.configuration.faults.errors
    if !errors.isEmpty {
      let data = RemainingPlaces(
        judged.run.record.clientsOfFaultableOperations, without: identifiers)
      candidate.configuration.faults.errors = [:]
      for (place, error) in errors {
        if let moved = data[place] { candidate.configuration.faults.errors[moved] = error }
      }
    }
    let failing = best.configuration.failingLogOperations
    if !failing.isEmpty {
      let log = RemainingPlaces(
        judged.run.record.clientsOfFaultableLogOperations, without: identifiers)
      candidate.configuration.failingLogOperations = Set(failing.compactMap { log[$0] })
    }
    return candidate
  }

  private func order(without identifiers: Set<UInt64>) -> TaskOrder {
    var removedSteps: [Int: [Range<Int>]] = [:]
    for operation in best.operations where identifiers.contains(operation.identifier) {
      guard let steps = judged.run.stepsOfOperation[operation.identifier] else { continue }
      removedSteps[operation.task, default: []].append(steps)
    }
    var stepCounts: [Int: Int] = [:]
    return TaskOrder(
      tasks: best.turns.tasks.filter { task in
        let step = stepCounts[task, default: 0]
        stepCounts[task] = step + 1
        return !(removedSteps[task] ?? []).contains { $0.contains(step) }
      })
  }
}

/// Where the operations of a device are that faults count, once some operations of the client are left out.
private struct RemainingPlaces {
  private let clients: [UInt64?]
  private let identifiers: Set<UInt64>

  init(_ clients: [UInt64?], without identifiers: Set<UInt64>) {
    self.clients = clients
    self.identifiers = identifiers
  }

  /// `nil` where the operation was never carried out, or is left out.
  subscript(place: Int) -> Int? {
    guard place < clients.count, !isRemoved(place) else { return nil }
    return place - (0..<place).count { isRemoved($0) }
  }

  private func isRemoved(_ place: Int) -> Bool {
    clients[place].map { identifiers.contains($0) } ?? false
  }
}

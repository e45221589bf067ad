import CrashStates
import Scheduling
import Workload

/// A run as shrinking changes it: explicit operations, and the turns that their tasks take.
struct ShrinkCase: Hashable, Sendable {
  /// With an explicit workload.
  var configuration: RunConfiguration
  var seed: Seed
  var tiers: [Tier]

  /// What a run did, listed: the same seed, operations and order of tasks.
  init(of run: any DeviceRun, tiers: [Tier]) {
    var configuration = run.configuration
    configuration.workload = .explicit(run.workload)
    configuration.schedule = .turns(run.order)
    self.configuration = configuration
    seed = run.seed
    self.tiers = tiers
  }

  /// For each session its operations, in the order of their numbers.
  var sessions: [[ClientOperation]] {
    guard case .explicit(let workload) = configuration.workload else { return [] }
    return workload.sessions.map { session in
      session.tasks.flatMap { $0 }.sorted { $0.identifier < $1.identifier }
    }
  }

  var operations: [ClientOperation] { sessions.flatMap { $0 } }
  var turns: TaskOrder { configuration.schedule.turns ?? TaskOrder() }

  /// The same with other operations, which are numbered anew; at least one session is left.
  func with(sessions: [[ClientOperation]]) -> ShrinkCase {
    var identifier: UInt64 = 0
    let numbered = sessions.map { operations in
      let numbered = operations.map { operation in
        identifier += 1
        var operation = operation
        operation.identifier = identifier
        return operation
      }
      // The number of the close.
      identifier += 1
      return numbered
    }
    var changed = self
    changed.configuration.workload = .explicit(
      Workload(explicit: numbered.isEmpty ? [[]] : numbered))
    return changed
  }

  /// The same with each operation changed by `change`.
  func mapping(_ change: (ClientOperation) -> ClientOperation) -> ShrinkCase {
    with(sessions: sessions.map { $0.map(change) })
  }

  func with(turns: TaskOrder) -> ShrinkCase {
    var changed = self
    changed.configuration.schedule = .turns(turns)
    return changed
  }
}

import Bytes
import Checking
import Scheduling

/// One run of a simulated stack: the client's operations, the devices, and what was promised when.
package struct SimulatedRun: DeviceRun {
  package let record: RunRecord
  /// What happened on the devices, session by session.
  package let traces: Traces

  /// Carries the run out, from the first operation to the last close.
  ///
  /// - Precondition: the configuration has a client, and its stack is a simulated one.
  /// - Parameter strategy: instead of the one that the configuration names.
  package init(_ configuration: RunConfiguration, seed: Seed, strategy: (any Strategy)? = nil) {
    self.init(StackSimulation(configuration, seed: seed, strategy: strategy))
  }

  /// Carries the run out under the next schedule of a search.
  package init(_ configuration: RunConfiguration, seed: Seed, next search: inout ScheduleSearch) {
    let simulation = StackSimulation(
      configuration, seed: seed, strategy: search.makeStrategy())
    guard let strategy = simulation.strategy as? PathStrategy else {
      preconditionFailure("a run keeps the strategy that it was given")
    }
    search.finish(strategy)
    self.init(simulation)
  }

  private init(_ simulation: StackSimulation) {
    record = simulation.record
    traces = simulation.traces
  }

  package func evidence() throws(FormatError) -> Evidence {
    var evidence = try record.evidence()
    evidence.traces = traces
    return evidence
  }
}

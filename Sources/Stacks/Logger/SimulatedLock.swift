import Scheduling

/// Lets one task of a simulation in at a time, in order of arrival.
final class SimulatedLock: @unchecked Sendable {
  private let changes: Signal
  private var isTaken = false

  init(_ simulation: Simulation) {
    changes = Signal(simulation)
  }

  func take() async {
    await changes.wait(until: { !self.isTaken })
    isTaken = true
  }

  func release() {
    isTaken = false
    changes.notifyAll()
  }
}

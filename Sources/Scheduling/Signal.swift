/// Lets tasks of a simulation wait for each other.
package final class Signal: @unchecked Sendable {
  private let simulation: Simulation
  private var waiters: [Waiter] = []

  package init(_ simulation: Simulation) {
    self.simulation = simulation
  }

  /// Waits for the next ``notifyAll()``. No scheduling point: who waits goes on, in order of arrival,
  /// as soon as it is notified.
  package func wait() async {
    simulation.noteSignalWaiters(1)
    await Waiter.suspend { waiters.append($0) }
  }

  /// Waits until `condition` holds, looking again at each notification.
  package func wait(until condition: () -> Bool) async {
    while !condition() { await wait() }
  }

  /// Notifies everybody who waits and goes on after them.
  package func notifyAllFirst() async {
    notifyAll()
    // Goes to the end of the simulation's own queue, where those who were notified are by now.
    await Task.yield()
  }

  package func notifyAll() {
    let notified = waiters
    waiters.removeAll()
    simulation.noteSignalWaiters(-notified.count)
    for waiter in notified { waiter.resume() }
  }
}

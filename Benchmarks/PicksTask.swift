import Scheduling

extension TimedTask {
  /// How many operations the scheduler lets go in one run of ``picks``.
  static let pickCount = 1_000_000

  /// Eight tasks that do nothing but wait to be picked.
  static var picks: TimedTask {
    TimedTask(
      name: "picks", summary: "a million picks of a simulation with eight tasks",
      isComparable: false
    ) {
      let simulation = Simulation(
        strategy: RandomStrategy(seed: Seed(1)), stepLimit: 2 * pickCount)
      for task in 0..<8 {
        simulation.spawn(task: task) {
          for _ in 0..<pickCount / 8 { await simulation.point() }
        }
      }
      try simulation.run()
      guard simulation.stepCount == pickCount else {
        throw BenchmarkError(description: "\(simulation.stepCount) picks")
      }
    }
  }
}

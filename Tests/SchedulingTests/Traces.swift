import Scheduling

/// Confined to the thread of its simulation.
final class Recorder: @unchecked Sendable {
  var events: [String] = []
  var counter = 0
}

/// What a run of tasks with some points each does, as a list of `task.point`.
func trace(
  _ strategy: any Strategy, pointCounts: [Int], expectedStepCounts: [Int] = [],
  access: @escaping @Sendable (_ task: Int, _ point: Int) -> DeviceAccess? = { _, _ in nil }
) throws -> (events: [String], simulation: Simulation) {
  let recorder = Recorder()
  let simulation = Simulation(strategy: strategy)
  for (task, pointCount) in pointCounts.enumerated() {
    simulation.spawn(task: task) {
      for point in 0..<pointCount {
        await simulation.point(access(task, point))
        recorder.events.append("\(task).\(point)")
      }
    }
  }
  try simulation.run(expectedStepCounts: expectedStepCounts)
  return (recorder.events, simulation)
}

/// The same of `taskCount` tasks with five points each.
func trace(_ strategy: any Strategy, taskCount: Int = 4) throws -> ([String], Schedule) {
  let (events, simulation) = try trace(
    strategy, pointCounts: Array(repeating: 5, count: taskCount))
  return (events, simulation.schedule)
}

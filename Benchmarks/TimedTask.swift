import Host

/// Something whose time is taken, again and again.
struct TimedTask {
  var name: String
  /// One sentence for the report.
  var summary: String
  /// Whether it goes through the standard log, as `cp` and `xxhsum` do.
  var isComparable = true
  /// Puts back what `run` has changed; its time is not taken.
  var reset: () throws -> Void = {}
  var run: () throws -> Void

  /// Runs each task `repetitionCount` times, in turn, so that what disturbs the machine for a while
  /// disturbs all of them; a first turn only warms up.
  ///
  /// - Returns: the times of each task.
  static func alternate(
    _ tasks: [TimedTask], repetitionCount: Int
  ) throws -> [(task: TimedTask, times: Samples)] {
    var times = [Samples](repeating: Samples(), count: tasks.count)
    for turn in 0...repetitionCount {
      for (place, task) in tasks.enumerated() {
        try task.reset()
        let start = MonotonicClock.nanoseconds
        try task.run()
        let elapsedNanoseconds = MonotonicClock.nanoseconds - start
        if turn > 0 { times[place].nanoseconds.append(elapsedNanoseconds) }
      }
    }
    return zip(tasks, times).map { ($0, $1) }
  }
}

/// How long something took each time.
struct Samples {
  var nanoseconds: [UInt64] = []

  var median: UInt64 { percentile(50) }

  func percentile(_ percent: Int) -> UInt64 {
    let sorted = nanoseconds.sorted()
    return sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, sorted.count * percent / 100)]
  }

  var minimum: UInt64 { nanoseconds.min() ?? 0 }

  var maximum: UInt64 { nanoseconds.max() ?? 0 }
}

/// What a benchmark relies on did not happen.
struct BenchmarkError: Error, CustomStringConvertible {
  var description: String
}

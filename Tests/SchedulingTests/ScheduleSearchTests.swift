import Scheduling
import Testing

@Suite struct ScheduleSearchTests {
  /// Every trace that a search visits, in its order.
  private static func traces(
    _ pointCounts: [Int], preemptionLimit: Int?
  ) throws -> (traces: [[String]], search: ScheduleSearch) {
    var search = ScheduleSearch(preemptionLimit: preemptionLimit)
    var traces: [[String]] = []
    while !search.isComplete {
      let (events, simulation) = try trace(search.makeStrategy(), pointCounts: pointCounts)
      traces.append(events)
      search.finish(try #require(simulation.currentStrategy as? PathStrategy))
    }
    return (traces, search)
  }

  /// How often `events` leave a task that has points left.
  private static func preemptionCount(_ events: [String], _ pointCounts: [Int]) -> Int {
    var left = pointCounts
    var count = 0
    for (index, event) in events.enumerated() {
      let task = Int(String(event.prefix(1))) ?? 0
      left[task] -= 1
      guard index + 1 < events.count else { break }
      if events[index + 1].first != event.first && left[task] > 0 { count += 1 }
    }
    return count
  }

  /// Counted by hand. All interleavings of tasks of a, b, … points are (a + b + …)! / (a! b! …). With r
  /// runs in turns, the first of one task, there are C(a-1, ⌈r/2⌉-1) · C(b-1, ⌊r/2⌋-1) of two tasks, and
  /// r - 2 preemptions.
  @Test(arguments: [
    ([5, 4], nil, 126), ([5, 4], 0, 2), ([5, 4], 1, 9), ([5, 4], 2, 33), ([2, 2, 2], nil, 90),
    ([1, 1, 1], 0, 6), ([4, 4, 4], 0, 6), ([7], nil, 1), ([], nil, 1), ([3, 0], nil, 1),
  ])
  func everyScheduleIsVisitedOnce(pointCounts: [Int], limit: Int?, expected: Int) throws {
    let (traces, search) = try Self.traces(pointCounts, preemptionLimit: limit)
    #expect(traces.count == expected)
    #expect(Set(traces).count == expected)
    #expect(search.scheduleCount == UInt64(expected))
    for events in traces {
      #expect(Self.preemptionCount(events, pointCounts) <= limit ?? .max)
    }
  }

  /// The bounded search finds exactly what filtering the unbounded one finds.
  @Test(arguments: 0...4)
  func theBoundLeavesOutWhatHasMorePreemptions(limit: Int) throws {
    let pointCounts = [3, 2, 3]
    let all = try Self.traces(pointCounts, preemptionLimit: nil).traces
    let bounded = try Self.traces(pointCounts, preemptionLimit: limit).traces
    #expect(
      Set(bounded) == Set(all.filter { Self.preemptionCount($0, pointCounts) <= limit }))
    #expect(all.count == 560)
  }

  @Test func theFirstScheduleHasNoPreemption() throws {
    let (traces, _) = try Self.traces([2, 3], preemptionLimit: nil)
    #expect(traces.first == ["0.0", "0.1", "1.0", "1.1", "1.2"])
  }

  /// A switch to another task where the last one waits for it costs nothing, and one that goes on
  /// alone for a while is still the last.
  @Test func waitingForAnotherTaskIsNoPreemption() throws {
    var search = ScheduleSearch(preemptionLimit: 0)
    var traces: [[String]] = []
    while !search.isComplete {
      let recorder = Recorder()
      let simulation = Simulation(strategy: search.makeStrategy())
      let signal = Signal(simulation)
      simulation.spawn(task: 0) {
        await simulation.point()
        recorder.events.append("0.0")
        if recorder.counter == 0 { await signal.wait() }
        await simulation.point()
        recorder.events.append("0.1")
      }
      simulation.spawn(task: 1) {
        for point in 0..<3 {
          await simulation.point()
          recorder.events.append("1.\(point)")
          if point == 1 {
            recorder.counter = 1
            signal.notifyAll()
          }
        }
      }
      try simulation.run()
      traces.append(recorder.events)
      search.finish(try #require(simulation.currentStrategy as? PathStrategy))
    }
    #expect(
      traces == [
        ["0.0", "1.0", "1.1", "1.2", "0.1"],
        ["1.0", "1.1", "1.2", "0.0", "0.1"],
      ])
  }

  /// Two tasks that read a counter, wait, and write what they read plus one. Both read before anything
  /// goes, so all six schedules lose an increment; none does where the counter is read after the wait.
  @Test func aLostUpdateIsFoundOrRuledOut() throws {
    for (isReread, expectedLostCount) in [(false, 6), (true, 0)] {
      var search = ScheduleSearch(preemptionLimit: nil)
      var lostCount = 0
      while !search.isComplete {
        let recorder = Recorder()
        let simulation = Simulation(strategy: search.makeStrategy())
        for task in 0..<2 {
          simulation.spawn(task: task) {
            for _ in 0..<2 {
              let read = recorder.counter
              await simulation.point()
              recorder.counter = (isReread ? recorder.counter : read) + 1
            }
          }
        }
        try simulation.run()
        if recorder.counter < 4 { lostCount += 1 }
        search.finish(try #require(simulation.currentStrategy as? PathStrategy))
      }
      #expect(search.scheduleCount == 6)
      #expect(lostCount == expectedLostCount)
    }
  }

  @Test func aSearchThatIsCompleteHasNoNextSchedule() async {
    await #expect(processExitsWith: .failure) {
      var search = ScheduleSearch(preemptionLimit: 0)
      let (_, simulation) = try trace(search.makeStrategy(), pointCounts: [1])
      guard let strategy = simulation.currentStrategy as? PathStrategy else { return }
      search.finish(strategy)
      _ = search.makeStrategy()
    }
  }

  /// Code that does not do the same when the same choices are made cannot be searched.
  @Test func aRunThatDiffersFromItselfEndsTheProcess() async {
    await #expect(processExitsWith: .failure) {
      var search = ScheduleSearch(preemptionLimit: nil)
      for pointCounts in [[1, 2], [0, 2, 1]] {
        let (_, simulation) = try trace(search.makeStrategy(), pointCounts: pointCounts)
        guard let strategy = simulation.currentStrategy as? PathStrategy else { return }
        search.finish(strategy)
      }
    }
  }
}

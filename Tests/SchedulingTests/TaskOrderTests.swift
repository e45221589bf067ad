import Scheduling
import Testing

@Suite struct TaskOrderTests {
  @Test(arguments: [
    ("", [Int]()), ("1x0", [0]), ("2x0,3x1", [0, 0, 1, 1, 1]), ("1x4,1x0,1x4", [4, 0, 4]),
  ])
  func textAndTasksAreTheSame(text: String, tasks: [Int]) throws {
    let order = try #require(TaskOrder(text))
    #expect(order.tasks == tasks)
    #expect(order.description == text)
    #expect(TaskOrder(tasks: tasks) == order)
  }

  @Test func neighboursBecomeOneTurn() throws {
    let order = try #require(TaskOrder("2x0,3x0,1x1"))
    #expect(order.description == "5x0,1x1")
    #expect(order.switchCount == 1)
    #expect(TaskOrder().switchCount == 0)
  }

  @Test(arguments: [
    ",", "x", "1x", "x1", "0x1", "-1x0", "1x-1", "1x0,", "1x0x0", "1/0", "9999999x0", "1x9999999",
    "99999999999999999999x0", " 1x0",
  ])
  func whatIsNoOrderIsRefused(text: String) {
    #expect(TaskOrder(text) == nil)
  }

  private static func pending(_ tasks: [Int]) -> [PendingOperation] {
    tasks.map { PendingOperation(task: $0, point: 0) }
  }

  /// What waits at each step, and who goes.
  @Test(arguments: [
    ("1x1,2x0", [[0, 1], [0, 1], [0, 1], [0, 1]], [1, 0, 0, 0]),
    // A turn of a task that does not wait is left out.
    ("1x2,1x1", [[0, 1], [0, 1]], [1, 1]),
    // Behind the last turn nobody is interrupted; the lowest goes where the last one cannot.
    ("1x1", [[0, 1, 2], [0, 1, 2], [0, 2], [0, 2]], [1, 1, 0, 0]),
    ("", [[1, 2], [0, 1], [0, 2]], [1, 1, 0]),
  ])
  func tasksGoInTheirTurns(text: String, waiting: [[Int]], expected: [Int]) throws {
    var strategy = TurnsStrategy(try #require(TaskOrder(text)))
    let went = waiting.enumerated().map { step, tasks in
      tasks[strategy.pick(from: Self.pending(tasks), step: step)]
    }
    #expect(went == expected)
  }

  @Test func whoGoesAloneUsesItsTurnUp() throws {
    var strategy = TurnsStrategy(try #require(TaskOrder("2x0,1x1,1x0")))
    strategy.passed(PendingOperation(task: 0, point: 0))
    #expect(strategy.pick(from: Self.pending([0, 1]), step: 1) == 0)
    #expect(strategy.pick(from: Self.pending([0, 1]), step: 2) == 1)
    #expect(strategy.pick(from: Self.pending([0, 1]), step: 3) == 0)
  }
}

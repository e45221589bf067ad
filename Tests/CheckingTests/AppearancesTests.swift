import Scheduling
import Testing

@testable import Checking

/// What may show, worked out from a sorted list and by going through all operations.
@Suite struct AppearancesTests {
  private typealias Operation = Appearances<Int>.Operation

  /// The rule as it is written: what was submitted may show, unless a durable operation was submitted after it had
  /// ended.
  private static func mayShow(_ contents: Int, cut: Int, _ all: [Operation]) -> Bool {
    let submitted = all.filter { $0.submittedAtCut <= cut }
    let durable = submitted.filter { ($0.durableAtCut ?? .max) <= cut }
    return submitted.contains { one in
      one.contents == contents
        && !durable.contains { other in one.endedAt.map { $0 < other.beganAt } ?? false }
    }
  }

  /// Some operations whose times go on, some of which never end, and some of which are never durable.
  private static func operations(_ stream: inout RandomStream) -> [Operation] {
    var time = 0
    var cut = 0
    var operations: [Operation] = []
    for _ in 0..<stream.next(in: 0...12) {
      time += Int(stream.next(in: 1...2))
      cut += Int(stream.next(in: 0...2))
      let isEnded = stream.chance(3, of: 4)
      let endedAt = time + Int(stream.next(in: 1...9))
      let durableAtCut = cut + Int(stream.next(in: 0...9))
      operations.append(
        Operation(
          contents: stream.chance(1, of: 10) ? nil : Int(stream.next(in: 0...3)),
          submittedAtCut: cut, beganAt: time, endedAt: isEnded ? endedAt : nil,
          durableAtCut: isEnded && stream.chance(1, of: 2) ? durableAtCut : nil))
    }
    return operations
  }

  @Test func theListSaysWhatTheRuleSays() {
    var stream = RandomStream(Seed(1), .states)
    var (shownCount, hiddenCount) = (0, 0)
    for _ in 0..<2000 {
      let operations = Self.operations(&stream)
      let appearances = Appearances(Array(operations.reversed()))
      for cut in 0...30 {
        let durable = appearances.lastDurableBegin(atCut: cut)
        for contents in 0...3 {
          let expected = Self.mayShow(contents, cut: cut, operations)
          #expect(
            appearances.mayShow(contents, atCut: cut, lastDurableBegin: durable) == expected,
            "\(contents) at cut \(cut) of \(operations)")
          if expected { shownCount += 1 } else { hiddenCount += 1 }
        }
      }
    }
    #expect(shownCount > 1000 && hiddenCount > 1000)
  }

  @Test func withoutOperationsNothingShows() {
    let none = Appearances<Int>([])
    #expect(none.lastDurableBegin(atCut: 5) == nil)
    #expect(!none.mayShow(0, atCut: 5, lastDurableBegin: nil))
  }
}

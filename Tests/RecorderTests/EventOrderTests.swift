import Testing

@testable import Recorder

/// The one order of what many threads have written down.
@Suite struct EventOrderTests {
  /// A record as a program leaves it; the file has to stay as long as it is looked at.
  private static func record(
    _ submitted: UInt64, _ completed: UInt64
  ) throws -> (file: JournalFile, records: [JournalRecord]) {
    let file = try JournalFile()
    try file.putChunk(submitted: submitted, completed: completed, order: 9)
    return (file, try file.journal.newRecords())
  }

  private static func numbers(_ events: [EventOrder.Event]) -> [UInt64] {
    events.map {
      switch $0 {
      case .began(let record): record.submitted
      case .ended(_, let number), .client(_, let number): number
      }
    }
  }

  /// Somebody has number 1 and 2 and has not written them down yet: all after them waits.
  @Test func aMissingNumberHoldsBackWhatFollows() throws {
    let late = try Self.record(3, 4)
    let early = try Self.record(1, 2)
    defer {
      late.file.journal.close()
      early.file.journal.close()
    }
    var order = EventOrder()
    try order.add(late.records) { 4 }
    #expect(order.next().isEmpty)
    #expect(order.next().isEmpty)
    try order.add(early.records) { 4 }
    #expect(Self.numbers(order.next()) == [1, 2, 3, 4])
  }

  /// Once nobody writes any more the missing number never comes; all that is left does, in its order.
  @Test func inTheEndMissingNumbersArePassedOver() throws {
    let one = try Self.record(2, 5)
    let other = try Self.record(3, 7)
    defer {
      one.file.journal.close()
      other.file.journal.close()
    }
    var order = EventOrder()
    try order.add(one.records + other.records) { 7 }
    #expect(order.next().isEmpty)
    #expect(Self.numbers(order.rest()) == [2, 3, 5, 7])
    #expect(order.takeNumber() == 8)
  }

  @Test func aNumberThatWasPassedCannotComeAgain() throws {
    let first = try Self.record(1, 2)
    let again = try Self.record(1, 3)
    defer {
      first.file.journal.close()
      again.file.journal.close()
    }
    var order = EventOrder()
    try order.add(first.records) { 3 }
    #expect(Self.numbers(order.next()) == [1, 2])
    #expect(throws: RecorderError.self) { try order.add(again.records) { 3 } }
  }

  /// A call that has not returned is open until it does.
  @Test func aCallThatHasNotReturnedStaysOpen() throws {
    let open = try Self.record(1, 0)
    defer { open.file.journal.close() }
    var order = EventOrder()
    try order.add(open.records) { 1 }
    #expect(Self.numbers(order.next()) == [1])
    #expect(order.open.map(\.submitted) == [1])
    try order.add([]) { 1 }
    #expect(order.open.count == 1)
  }
}

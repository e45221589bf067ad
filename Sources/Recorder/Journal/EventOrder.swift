/// Puts what many threads have written down into the one order of its numbers.
///
/// A number that was given out and not written down yet holds back all after it. One that never will
/// be, because its program was killed right there, is passed over at the end.
struct EventOrder {
  enum Event {
    case began(JournalRecord)
    case ended(JournalRecord, at: UInt64)
    case client(ClientEvent, at: UInt64)
  }

  private var waiting: [UInt64: Event] = [:]
  private var nextNumber: UInt64 = 1
  /// Calls that have begun and not ended.
  private(set) var open: [JournalRecord] = []

  /// - Parameter last: the last number that was given out by now.
  /// - Throws: ``RecorderError`` where a record has a number that nobody was given, or another has as well.
  mutating func add(
    _ records: [JournalRecord], last: () -> UInt64
  ) throws(RecorderError) {
    for record in records { try put(.began(record), at: record.submitted, after: 0, last) }
    open.append(contentsOf: records)
    var stillOpen: [JournalRecord] = []
    for record in open {
      if let number = record.completed {
        try put(.ended(record, at: number), at: number, after: record.submitted, last)
      } else {
        stillOpen.append(record)
      }
    }
    open = stillOpen
  }

  private mutating func put(
    _ event: Event, at number: UInt64, after earlier: UInt64, _ last: () -> UInt64
  ) throws(RecorderError) {
    guard number > earlier, number >= nextNumber, number <= min(last(), Self.greatestNumber),
      waiting.updateValue(event, forKey: number) == nil
    else {
      throw RecorderError(
        "read", "journal", found: "a record has number \(number), which was not given to it",
        hint: "The program has written to memory that is not its own: look for that first.")
    }
  }

  /// Far from what a program can get to, and from where counting on would overflow.
  private static let greatestNumber = UInt64(Int64.max)

  mutating func add(
    _ event: ClientEvent, at number: UInt64, last: () -> UInt64
  ) throws(RecorderError) {
    try put(.client(event, at: number), at: number, after: 0, last)
  }

  /// All events up to the first number that is missing.
  mutating func next() -> [Event] {
    var events: [Event] = []
    while let event = waiting.removeValue(forKey: nextNumber) {
      events.append(event)
      nextNumber += 1
    }
    return events
  }

  /// All events that are left, once nobody writes any more.
  mutating func rest() -> [Event] {
    let numbers = waiting.keys.sorted()
    nextNumber = max(nextNumber, (numbers.last ?? 0) + 1)
    defer { waiting = [:] }
    return numbers.compactMap { waiting[$0] }
  }

  /// A number after all that were given out.
  mutating func takeNumber() -> UInt64 {
    nextNumber += 1
    return nextNumber - 1
  }
}

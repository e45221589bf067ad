/// Puts what many threads have written down into the one order of its numbers.
///
/// A number that was given out and not written down yet holds back all behind it. One that never will
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

  mutating func add(_ records: [JournalRecord]) {
    for record in records { waiting[record.submitted] = .began(record) }
    open.append(contentsOf: records)
    open.removeAll { record in
      guard let number = record.completed else { return false }
      waiting[number] = .ended(record, at: number)
      return true
    }
  }

  mutating func add(_ event: ClientEvent, at number: UInt64) {
    waiting[number] = .client(event, at: number)
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

  /// A number behind all that were given out.
  mutating func takeNumber() -> UInt64 {
    nextNumber += 1
    return nextNumber - 1
  }
}

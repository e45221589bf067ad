import Checking

/// What the tasks of a run did for the operations of a finding, one event a row.
package struct Timeline: Hashable, Sendable {
  package struct Row: Hashable, Sendable {
    /// The number of the event in its run.
    package var event: UInt64
    package var task: Int
    package var text: String
  }

  /// A row, and whose it is.
  package struct Event: Hashable, Sendable {
    /// What has a submission and a completion, each an event.
    package enum Subject: Hashable, Sendable {
      /// An operation of the client, by its number.
      case operation(UInt64)
      /// An entry of the log, by its place.
      case entry(Int)
    }

    package var row: Row
    /// The client operation that it belongs to; `nil` where it belongs to none.
    package var operation: UInt64?
    /// Whether this is the power cut.
    package var isCut = false
    /// `nil` for what is an event by itself.
    package var subject: Subject?

    /// - Parameters:
    ///   - event: the number of the event in its run.
    ///   - text: of what has two events, ends with ` …` in the first, and with the answer in its place in
    ///     the second: the two are one row where nothing else happened between them.
    package init(
      event: UInt64, task: Int, operation: UInt64?, _ subject: Subject? = nil, text: String
    ) {
      row = Row(event: event, task: task, text: text)
      self.operation = operation
      self.subject = subject
    }

    /// The power fails after so many entries. As late as it can be: what was answered before the next
    /// entry was promised.
    package static func powerCut(entryCount: Int, at event: UInt64) -> Event {
      var power = Event(
        event: event, task: 0, operation: nil,
        text: "=== the power fails, \(entryCount) entries are in the log")
      power.isCut = true
      return power
    }
  }

  /// In the order of events.
  package var rows: [Row]
  /// How many events of other operations lie between the first row and the last.
  package var omittedRowCount: Int

  /// More rows than this do not help a reader.
  package static let maximumRowCount = 32

  /// Every event of a run, up to a number that a page can hold, and what was lost in the power cut.
  init(ofAll run: any DeviceRun, _ violation: Violation) {
    let all = run.timelineEvents(cut: violation.state?.cut)
    let untilCut = all.prefix { !$0.isCut } + all.filter(\.isCut)
    rows = Self.joined(untilCut.map(\.row)).suffix(Self.maximumPageRowCount)
    omittedRowCount = 0
  }

  /// Rows of a page; longer ones are cut off at their beginning.
  private static let maximumPageRowCount = 200

  /// A request and its completion are one row where nothing else happened between them.
  private static func joined(_ rows: [Row]) -> [Row] {
    var joined: [Row] = []
    for row in rows {
      if let last = joined.last, last.task == row.task, last.text.hasSuffix(" …"),
        row.text.hasPrefix(last.text.dropLast(1))
      {
        joined[joined.count - 1] = row
      } else {
        joined.append(row)
      }
    }
    return joined
  }

  /// The events of the operations that a violation names; `nil` where it names none.
  init?(of violation: Violation, in run: any DeviceRun) {
    let involved = Set(violation.operations)
    let all = run.timelineEvents(cut: violation.state?.cut)
    let own = all.filter { $0.isCut || $0.operation.map { involved.contains($0) } ?? false }
    guard own.contains(where: { !$0.isCut }) else { return nil }
    // What a program does names no operation of its client; of a small run all of it is shown.
    let until = all.prefix { !$0.isCut } + all.filter(\.isCut)
    let whole = Self.joined(until.map(\.row))
    if run.configuration.stack.program != nil, whole.count <= Self.maximumRowCount {
      rows = whole
      omittedRowCount = 0
      return
    }
    guard let first = own.first, let last = own.last else { return nil }
    var shown = Array(own.prefix(Self.maximumRowCount))
    if let power = own.last(where: \.isCut), !shown.contains(where: \.isCut) {
      shown[shown.count - 1] = power
    }
    rows = shown.map(\.row)
    let span = first.row.event...last.row.event
    omittedRowCount = all.count { span.contains($0.row.event) } - rows.count
  }
}

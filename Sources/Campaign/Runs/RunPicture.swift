import Checking
import CrashStates

/// What a picture of a run shows: a lane for each task, time from top to bottom, operations and log entries as
/// bars from their submission to their completion, and the power cut with what it took.
package struct RunPicture: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    /// The client's; one that it names is part of what is broken.
    case operation(isNamed: Bool)
    case entry(Fate)
    /// Any other event, of the device or of the log's superblock.
    case other
    case powerCut
  }

  /// What became of an entry in the state that is shown.
  package enum Fate: Hashable, Sendable {
    case kept, lost, torn, early
  }

  package struct Row: Hashable, Sendable {
    package var event: UInt64
    package var task: Int
    package var text: String
    package var kind: Kind
    /// The row in which it ends; `nil` where the power cut comes first.
    package var lastRow: Int?
    /// Whether an earlier row's bar ends here, so that this one draws none.
    package var isEnd = false
  }

  package var rows: [Row] = []
  /// Events that are left out, because they are of other operations.
  package var omittedEventCount = 0
  /// What is broken, in a line; `nil` where nothing is.
  package let headline: String?
  /// The state in which it shows.
  package let state: String?
  /// What was found there, line by line.
  package let evidence: [String]

  /// More events than this are no picture any more: then those are shown that the violation names.
  private static let maximumEventCount = 200

  /// - Parameter violation: what is broken; `nil` for the whole run as it went.
  package init(of run: any DeviceRun, _ violation: Violation?) {
    headline = violation.map { "\($0.rule.rawValue): \($0.rule.failure)" }
    state = violation?.state.map { "\($0)" }
    evidence = violation.map { [$0.title] + $0.difference + $0.evidence } ?? []
    let all = run.timelineEvents(cut: violation?.state?.cut)
    let until = all.prefix { !$0.isCut } + all.filter(\.isCut).prefix(1)
    let shown = Self.selection(Array(until), violation)
    omittedEventCount = until.count - shown.count
    // What had begun before the first event that is shown ends here without a bar.
    let before = until.prefix { $0.row.event != shown.first?.row.event }
    var drawing = Drawing(violation, begun: Set(before.compactMap(\.subject)))
    for event in shown { drawing.add(event) }
    rows = drawing.rows
  }

  private static func selection(
    _ events: [Timeline.Event], _ violation: Violation?
  ) -> [Timeline.Event] {
    if events.count <= maximumEventCount { return events }
    let named = Set(violation?.operations ?? [])
    let lost = Set(violation?.state?.lost ?? [])
    let shown = events.filter { event in
      if event.isCut { return true }
      if case .entry(let entryIndex)? = event.subject, lost.contains(entryIndex) { return true }
      return event.operation.map { named.contains($0) } ?? false
    }
    return shown.count <= maximumEventCount && shown.count > 1
      ? shown : Array(events.suffix(maximumEventCount))
  }
}

/// Makes rows of events: a completion ends the bar that its submission began, in a row of its own where anything
/// else happened between them.
private struct Drawing {
  private(set) var rows: [RunPicture.Row] = []
  private let named: Set<UInt64>
  private let state: CrashState?
  private var open: [Timeline.Event.Subject: Int] = [:]
  /// What began before the first row.
  private var begun: Set<Timeline.Event.Subject>

  init(_ violation: Violation?, begun: Set<Timeline.Event.Subject>) {
    self.begun = begun
    named = Set(violation?.operations ?? [])
    state = violation?.state
  }

  mutating func add(_ event: Timeline.Event) {
    var row = RunPicture.Row(
      event: event.row.event, task: event.row.task, text: event.row.text.trimmed,
      kind: kind(of: event))
    guard let subject = event.subject else {
      rows.append(row)
      return
    }
    if begun.remove(subject) != nil {
      row.isEnd = true
      rows.append(row)
      return
    }
    guard let first = open.removeValue(forKey: subject) else {
      open[subject] = rows.count
      rows.append(row)
      return
    }
    if first == rows.count - 1, case .entry = subject {
      rows[first].text = row.text
      rows[first].lastRow = first
      return
    }
    rows[first].lastRow = rows.count
    row.isEnd = true
    rows.append(row)
  }

  private func kind(of event: Timeline.Event) -> RunPicture.Kind {
    if event.isCut { return .powerCut }
    switch event.subject {
    case .operation(let number): return .operation(isNamed: named.contains(number))
    case .entry(let entryIndex): return .entry(fate(ofEntry: entryIndex))
    case nil: return .other
    }
  }

  private func fate(ofEntry entryIndex: Int) -> RunPicture.Fate {
    guard let state else { return .kept }
    if state.lost.contains(entryIndex) { return .lost }
    if state.torn?.entryIndex == entryIndex { return .torn }
    return state.early.contains { $0.entryIndex == entryIndex } ? .early : .kept
  }
}

extension String {
  /// Without blanks in front.
  fileprivate var trimmed: String { String(drop { $0 == " " }) }
}

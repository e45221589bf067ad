import Bytes
import Campaign
import Workload
import WriteLog

extension ProgramRun {
  /// The client's operations and the program's, out of the log: each entry has the numbers at which its
  /// operation was submitted and completed.
  func timelineEvents(cut: Int?) -> [Timeline.Event] {
    guard
      let index = try? WriteLogIndex(reading: ByteRegion(logBytes), options: LogReadingOptions())
    else { return [] }
    var events = clientEvents(index)
    // As late as it can be: what was answered before the next operation took effect was promised.
    let next = cut.flatMap { cut in
      (cut..<max(cut, index.entryCount)).first { index[$0].kind != .mark }
    }
    for place in 0..<index.entryCount {
      let entry = index[place]
      guard let timing = entry.extension else { continue }
      if let cut, place == next {
        events.append(.powerCut(entryCount: cut, at: timing.completionIndex))
      }
      if entry.kind == .mark { continue }
      let task = tasks[timing.submissionIndex] ?? 0
      let range = entry.kind == .flush ? "" : " \(entry.deviceRange)"
      let text = "  file: \(entry.kind)\(range)"
      for (event, state) in [
        (timing.submissionIndex, "…"), (timing.completionIndex, "entry \(place)"),
      ] {
        events.append(
          Timeline.Event(
            event: event, task: task, operation: nil, .entry(place), text: "\(text) \(state)"))
      }
    }
    if let cut, next == nil, let last = events.map(\.row.event).max() {
      events.append(.powerCut(entryCount: cut, at: last + 1))
    }
    return events.sorted { ($0.row.event, $0.row.task) < ($1.row.event, $1.row.task) }
  }

  private func clientEvents(_ index: WriteLogIndex) -> [Timeline.Event] {
    client.records.flatMap { record -> [Timeline.Event] in
      let operation = record.operation
      let answer = "#\(operation.identifier) \(record.errorName ?? "ok")"
      return [
        (record.entryCountAtBegin, "\(operation)"), (record.entryCountAtEnd, answer),
      ].compactMap { place, text in
        guard let place, let timing = index[place].extension else { return nil }
        return Timeline.Event(
          event: timing.submissionIndex, task: operation.task,
          operation: operation.identifier, .operation(operation.identifier), text: text)
      }
    }
  }
}

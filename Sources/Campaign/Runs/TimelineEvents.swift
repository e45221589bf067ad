import BlockDevice
import Bytes
import Workload
import WriteLog

extension Timeline.Event {
  /// What the client submitted and was answered, as far as the history knows when.
  package static func all(of client: ClientHistory) -> [Timeline.Event] {
    client.records.flatMap { record -> [Timeline.Event] in
      let operation = record.operation
      let answer = "#\(operation.identifier) \(record.errorName ?? "ok")"
      return [(record.beganAtEvent, "\(operation)"), (record.endedAtEvent, answer)]
        .compactMap { event, text in
          event.map {
            Timeline.Event(
              event: $0, task: operation.task, operation: operation.identifier,
              .operation(operation.identifier), text: text)
          }
        }
    }
  }
}

extension SimulatedRun {
  package func timelineEvents(cut: Int?) -> [Timeline.Event] {
    let traces = traces
    let sector = UInt64(configuration.logSectorByteCount)
    return
      (Timeline.Event.all(of: client) + dataEvents(traces.data)
      + logEvents(traces.log, sectorByteCount: sector, cut: cut)).sorted {
        ($0.row.event, $0.row.task) < ($1.row.event, $1.row.task)
      }
  }

  private func dataEvents(_ trace: [DeviceOperation]) -> [Timeline.Event] {
    trace.filter { $0.action != .read }.flatMap { operation -> [Timeline.Event] in
      let answer = operation.error?.name ?? "done"
      return [(operation.submittedAt, "…"), (operation.completedAt, answer)]
        .compactMap { event, state in
          event.map {
            Timeline.Event(
              event: $0, task: operation.task, operation: operation.clientOperation,
              text: "  device: \(operation.action.rawValue) \(state)")
          }
        }
    }
  }

  /// A write after sector 0 is an entry; entries are numbered in the order in which they took their
  /// places.
  private func logEvents(
    _ trace: [DeviceOperation], sectorByteCount: UInt64, cut: Int?
  ) -> [Timeline.Event] {
    var entryCount = 0
    var events: [Timeline.Event] = []
    for operation in trace {
      let start = operation.range.byteOffset
      let what: String
      var subject: Timeline.Event.Subject?
      switch operation.action {
      case .write where start < sectorByteCount: what = superblock(operation)
      case .write:
        if entryCount == cut {
          events.append(.powerCut(entryCount: entryCount, at: operation.submittedAt))
        }
        what = "entry \(entryCount) at \(start)"
        subject = .entry(entryCount)
        entryCount += 1
      case .writeZeroes: what = "zeroes at \(start)"
      default: continue
      }
      for (event, state) in [(operation.submittedAt, "…"), (operation.completedAt, "done")] {
        guard let event else { continue }
        events.append(
          Timeline.Event(
            event: event, task: operation.task, operation: operation.clientOperation, subject,
            text: "  log: \(what) \(state)"))
      }
    }
    if let cut, cut >= entryCount, let last = events.last {
      events.append(.powerCut(entryCount: cut, at: last.row.event + 1))
    }
    return events
  }

  private func superblock(_ operation: DeviceOperation) -> String {
    let count = (try? Superblock(parsing: ByteRegion(operation.bytes)))?.entryCount ?? 0
    return "superblock counts \(count)"
  }
}

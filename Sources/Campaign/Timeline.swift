import BlockDevice
import Bytes
import Checking
import Workload
import WriteLog

/// What the tasks of a run did around a finding, one event a row.
public struct Timeline: Hashable, Sendable {
  public struct Row: Hashable, Sendable {
    /// The event number of the simulation.
    public var event: UInt64
    public var task: Int
    public var text: String
    /// Whether the row is about an operation that the finding names.
    public var isInvolved: Bool
  }

  public var taskCount: Int
  /// In the order of events.
  public var rows: [Row]
  /// How many rows were left out because they are about other operations.
  public var omittedRowCount: Int

  /// More rows than this do not help a reader.
  public static let maximumRowCount = 28

  /// The events from the first to the last of the operations that a violation names.
  init(of violation: Violation, in run: SimulatedRun) {
    let involved = Set(violation.operations)
    var all = TimelineRows(run: run, involved: involved).rows
    let span = all.filter(\.isInvolved).map(\.event)
    if let first = span.min(), let last = span.max() {
      all = all.filter { (first...last).contains($0.event) }
    } else {
      all = Array(all.suffix(Self.maximumRowCount))
    }
    var kept = all
    if kept.count > Self.maximumRowCount {
      // Rows of other operations go first, those far from the start before those near it.
      var room = Self.maximumRowCount - kept.count(where: \.isInvolved)
      kept = kept.filter { row in
        if row.isInvolved { return true }
        room -= 1
        return room >= 0
      }
      kept = Array(kept.prefix(Self.maximumRowCount))
    }
    taskCount = (kept.map(\.task).max() ?? 0) + 1
    rows = kept
    omittedRowCount = all.count - kept.count
  }
}

/// Turns the traces of a run into rows.
private struct TimelineRows {
  let run: SimulatedRun
  let involved: Set<UInt64>

  var rows: [Timeline.Row] {
    (clientRows + dataRows + logRows).sorted { ($0.event, $0.task) < ($1.event, $1.task) }
  }

  private var clientRows: [Timeline.Row] {
    run.client.records.flatMap { record -> [Timeline.Row] in
      let operation = record.operation
      var rows: [Timeline.Row] = []
      if let event = record.beganAtEvent {
        rows.append(row(event, operation.task, operation.identifier, "\(operation)"))
      }
      if let event = record.endedAtEvent {
        let answer = record.errorName ?? "ok"
        rows.append(
          row(event, operation.task, operation.identifier, "#\(operation.identifier) \(answer)"))
      }
      return rows
    }
  }

  private var dataRows: [Timeline.Row] {
    run.traces.data.flatMap { operation -> [Timeline.Row] in
      guard let completedAt = operation.completedAt, operation.action != .read else { return [] }
      let answer = operation.error.map { " \($0.name)" } ?? ""
      return [
        row(
          completedAt, operation.task, operation.clientOperation,
          "device: \(operation.action) done\(answer)")
      ]
    }
  }

  private var logRows: [Timeline.Row] {
    let sector = UInt64(run.configuration.logSectorByteCount)
    return run.traces.log.flatMap { operation -> [Timeline.Row] in
      guard operation.action == .write || operation.action == .writeZeroes else { return [] }
      let start = operation.range.byteOffset
      let what =
        switch operation.action {
        case .write where start < sector: superblock(operation)
        case .write: "log: header at \(start)"
        default: "log: zeroes at \(start)"
        }
      var rows = [row(operation.submittedAt, operation.task, operation.clientOperation, what + " …")]
      if let completedAt = operation.completedAt {
        rows.append(row(completedAt, operation.task, operation.clientOperation, what + " done"))
      }
      return rows
    }
  }

  private func superblock(_ operation: DeviceOperation) -> String {
    let count = (try? Superblock(parsing: ByteRegion(operation.bytes)))?.entryCount ?? 0
    return "log: superblock counts \(count)"
  }

  private func row(
    _ event: UInt64, _ task: Int, _ operation: UInt64?, _ text: String
  ) -> Timeline.Row {
    Timeline.Row(
      event: event, task: task, text: text,
      isInvolved: operation.map { involved.contains($0) } ?? false)
  }
}

import BlockDevice
import Bytes
import Checking
import Workload
import WriteLog

/// What the tasks of a run did for the operations of a finding, one event a row.
public struct Timeline: Hashable, Sendable {
  public struct Row: Hashable, Sendable {
    /// The event number of the simulation.
    public var event: UInt64
    public var task: Int
    public var text: String
  }

  /// In the order of events.
  public var rows: [Row]
  /// How many events of other operations lie between the first row and the last.
  public var omittedRowCount: Int

  /// More rows than this do not help a reader.
  public static let maximumRowCount = 32

  /// Every event of a run, up to a number that a page can hold, and what was lost in the power cut.
  init(ofAll run: SimulatedRun, _ violation: Violation) {
    let all = TimelineRows(run: run, cut: violation.state?.cut).rows
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
  init?(of violation: Violation, in run: SimulatedRun) {
    let involved = Set(violation.operations)
    let source = TimelineRows(run: run, cut: violation.state?.cut)
    let all = source.rows
    let own = all.filter { $0.isCut || $0.operation.map { involved.contains($0) } ?? false }
    guard own.contains(where: { !$0.isCut }) else { return nil }
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

/// Turns the traces of a run into rows.
private struct TimelineRows {
  struct Owned {
    var row: Timeline.Row
    var operation: UInt64?
    var isCut = false
  }

  let run: SimulatedRun
  /// After how many entries the power fails in the state that is shown.
  let cut: Int?

  var rows: [Owned] {
    (clientRows + dataRows + logRows).sorted {
      ($0.row.event, $0.row.task) < ($1.row.event, $1.row.task)
    }
  }

  private var clientRows: [Owned] {
    run.client.records.flatMap { record -> [Owned] in
      let operation = record.operation
      let answer = "#\(operation.identifier) \(record.errorName ?? "ok")"
      return [(record.beganAtEvent, "\(operation)"), (record.endedAtEvent, answer)]
        .compactMap { event, text in
          event.map { row($0, operation.task, operation.identifier, text) }
        }
    }
  }

  private var dataRows: [Owned] {
    run.traces.data.filter { $0.action != .read }.flatMap { operation -> [Owned] in
      let answer = operation.error?.name ?? "done"
      return [(operation.submittedAt, "…"), (operation.completedAt, answer)]
        .compactMap { event, state in
          event.map {
            row(
              $0, operation.task, operation.clientOperation,
              "  device: \(operation.action.rawValue) \(state)")
          }
        }
    }
  }

  /// A write behind sector 0 is an entry; entries are numbered in the order in which they took their
  /// places.
  private var logRows: [Owned] {
    let sector = UInt64(run.configuration.logSectorByteCount)
    var entryCount = 0
    var rows: [Owned] = []
    for operation in run.traces.log {
      let start = operation.range.byteOffset
      let what: String
      switch operation.action {
      case .write where start < sector: what = superblock(operation)
      case .write:
        if entryCount == cut { rows.append(powerCut(at: operation.submittedAt)) }
        what = "entry \(entryCount) at \(start)"
        entryCount += 1
      case .writeZeroes: what = "zeroes at \(start)"
      default: continue
      }
      for (event, state) in [(operation.submittedAt, "…"), (operation.completedAt, "done")] {
        guard let event else { continue }
        rows.append(
          row(event, operation.task, operation.clientOperation, "  log: \(what) \(state)"))
      }
    }
    if let cut, cut >= entryCount, let last = rows.last {
      rows.append(powerCut(at: last.row.event + 1))
    }
    return rows
  }

  /// As late as it can be: what was answered before the next entry was promised.
  private func powerCut(at event: UInt64) -> Owned {
    var power = row(event, 0, nil, "=== the power fails, \(cut ?? 0) entries are in the log")
    power.isCut = true
    return power
  }

  private func superblock(_ operation: DeviceOperation) -> String {
    let count = (try? Superblock(parsing: ByteRegion(operation.bytes)))?.entryCount ?? 0
    return "superblock counts \(count)"
  }

  private func row(_ event: UInt64, _ task: Int, _ operation: UInt64?, _ text: String) -> Owned {
    Owned(row: Timeline.Row(event: event, task: task, text: text), operation: operation)
  }
}

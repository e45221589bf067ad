import Stacks
import Workload
import WriteLog

/// The `workload` of a scenario file: what ``WorkloadParsing`` reads.
struct WorkloadText {
  private let configuration: RunConfiguration

  init(_ configuration: RunConfiguration) {
    self.configuration = configuration
  }

  /// The key and its value, line by line.
  var lines: [String] {
    switch configuration.workload {
    case .dirtyImages: ["workload: \(FuzzedWorkload.dirtyImages.rawValue)"]
    case .commands: preconditionFailure("commands are no workload: CommandsText writes them")
    case .transactions: ["workload: \(FuzzedWorkload.transactions.rawValue)"]
    case .drawn(let specification, let seed):
      ["workload: \(drawn(specification, seed: seed?.description))"]
    case .explicit(let workload): ["workload:"] + items(workload).map { "  - \($0)" }
    }
  }

  // MARK: Drawn

  private func drawn(_ specification: WorkloadSpecification, seed: String?) -> String {
    let usual = WorkloadSpecification()
    var mapping = YAMLMapping()
    if let seed { mapping.add("seed", seed) }
    mapping.add("tasks", "\(specification.taskCount)")
    mapping.add("operations", "\(specification.operationCount)")
    mapping.add("sessions", specification.sessionCount, unless: usual.sessionCount)
    if specification.mix != usual.mix {
      var mix = YAMLMapping()
      for weight in specification.mix { mix.add(weight.action.rawValue, "\(weight.weight)") }
      mapping.add("mix", mix.text)
    }
    mapping.add("fua-percent", specification.fuaPercent, unless: usual.fuaPercent)
    mapping.add(
      byteCount: "longest", specification.maximumByteCount, unless: usual.maximumByteCount)
    mapping.add(byteCount: "hot", specification.hotByteCount)
    if let blocks = specification.blocks {
      mapping.add("blocks", YAMLText.list(blocks.indices.map { "\($0)" }))
      mapping.add(byteCount: "span", blocks.spanByteCount)
      mapping.add("whole-percent", "\(blocks.wholePercent)")
      if let count = blocks.sweepOperationCount { mapping.add("sweep", "\(count)") }
    }
    return mapping.text
  }

  // MARK: Explicit

  /// Every operation in the order of its number, which is said where it is not the next one, and between
  /// the sessions the word that ends them.
  private func items(_ workload: Workload) -> [String] {
    var items: [String] = []
    let namesTasks = workload.sessions.contains { $0.tasks.count > 1 }
    var lastNumber: UInt64 = 0
    for (place, session) in workload.sessions.enumerated() {
      for operation in session.tasks.flatMap({ $0 }).sorted(by: { $0.identifier < $1.identifier }) {
        items.append(item(operation, behind: lastNumber, namesTask: namesTasks))
        lastNumber = operation.identifier
      }
      let number = session.close.identifier
      let isLast = place == workload.sessions.count - 1
      let word = isLast ? WorkloadParsing.listEnd : WorkloadParsing.sessionEnd
      if number != lastNumber + 1 {
        items.append("{ \(word): \(number) }")
      } else if !isLast || workload.operations.allSatisfy({ $0.action == .close }) {
        items.append(word)
      }
      lastNumber = number
    }
    return items
  }

  private func item(
    _ operation: ClientOperation, behind lastNumber: UInt64, namesTask: Bool
  ) -> String {
    var mapping = YAMLMapping()
    if namesTask { mapping.add("task", "\(operation.task)") }
    mapping.add(operation.action.rawValue, value(of: operation))
    mapping.add("fua", operation.isFUA, unless: false)
    mapping.add("number", operation.identifier, unless: lastNumber + 1)
    return mapping.text
  }

  private func value(of operation: ClientOperation) -> String {
    let range = operation.range
    if operation.action.hasRange {
      return YAMLText.list([range.byteOffset, range.byteCount].map(YAMLText.byteCount))
    }
    return operation.action == .resize ? YAMLText.byteCount(range.byteCount) : "true"
  }
}

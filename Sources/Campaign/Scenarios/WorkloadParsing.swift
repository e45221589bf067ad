import Bytes
import Scheduling
import Workload
import WriteLog
import Yams

/// The `workload` of a scenario file: how it is drawn, or an explicit list of operations.
struct WorkloadParsing {
  private let configuration: RunConfiguration
  private let program: ProgramParsing

  init(_ configuration: RunConfiguration) {
    self.configuration = configuration
    program = ProgramParsing(configuration.stack)
  }

  /// What a workload is, before anything else of it is read: of a client it is not what the file says yet.
  static func kind(of node: Node) -> RunConfiguration.ClientWorkload {
    switch node.scalar.flatMap({ FuzzedWorkload(rawValue: $0.string) }) {
    case .dirtyImages: .dirtyImages
    case .transactions: .transactions
    case .client, .commands, nil: .drawn(WorkloadSpecification(), seed: nil)
    }
  }

  /// Reads the workload of a client.
  func parse(_ node: Node) throws(ScenarioError) -> RunConfiguration.ClientWorkload {
    if let sequence = node.sequence { return .explicit(try sessions(Array(sequence), node)) }
    return try drawn(
      ScenarioNode(
        node, named: "workload",
        keys: [
          "seed", "tasks", "operations", "mix", "fua-percent", "longest", "hot", "sessions",
          "blocks", "span", "whole-percent", "sweep",
        ]))
  }

  // MARK: Drawn

  private func drawn(
    _ workload: ScenarioNode
  ) throws(ScenarioError) -> RunConfiguration.ClientWorkload {
    var specification = WorkloadSpecification()
    if let count = try workload.integer("tasks", in: WorkloadSpecification.allowedTaskCounts) {
      specification.taskCount = count
    }
    if let count = try workload.integer(
      "operations", in: WorkloadSpecification.allowedOperationCounts)
    {
      specification.operationCount = count
    }
    try program.check(number: UInt64(specification.operationCount), line: workload.line)
    if let count = try workload.integer("sessions", in: 1...100) {
      if count > 1 { try program.checkIsOnlySession(line: workload.node("sessions")?.mark?.line) }
      specification.sessionCount = count
    }
    if let percent = try workload.integer("fua-percent", in: 0...100) {
      specification.fuaPercent = percent
    }
    let lengths = UInt64(configuration.clientSectorByteCount)...configuration.deviceByteCount
    if let longest = try workload.byteCount("longest", in: lengths) {
      specification.maximumByteCount = longest
    }
    specification.hotByteCount = try workload.byteCount("hot", in: lengths)
    specification.blocks = try blocks(workload)
    if let mix = workload.node("mix") { specification.mix = try self.mix(mix) }
    for weight in specification.mix {
      let line = workload.node("mix")?.mark?.line ?? workload.line
      try program.check(weight.action, line: line)
      try program.check(
        exclusive: weight.action, taskCount: specification.taskCount, line: line)
    }
    guard let node = workload.node("seed") else { return .drawn(specification, seed: nil) }
    guard let seed = node.scalar.flatMap({ Seed($0.string) }) else {
      throw ScenarioError(line: node.mark?.line, "'seed' must be a number, found \(node.shown)")
    }
    return .drawn(specification, seed: seed)
  }

  /// Which blocks of an image are used, and how.
  private func blocks(
    _ workload: ScenarioNode
  ) throws(ScenarioError) -> WorkloadSpecification.Blocks? {
    guard let node = workload.node("blocks") else { return nil }
    guard configuration.stack.image.isOfKnownFormat, let items = node.sequence, items.count > 0
    else {
      throw ScenarioError(
        line: node.mark?.line, "'blocks' lists blocks of an image by number, found \(node.shown)")
    }
    let block = UInt64(configuration.image.blockByteCount)
    var indices: [UInt64] = []
    for item in items {
      guard let index = item.scalar.flatMap({ Int(digits: $0.string) }).map({ UInt64($0) }),
        index < (configuration.deviceByteCount + block - 1) / block
      else {
        throw ScenarioError(
          line: item.mark?.line, "'blocks' lists blocks of the disk, found \(item.shown)")
      }
      if indices.contains(index) { throw item.repeated(in: "blocks") }
      indices.append(index)
    }
    let sector = UInt64(configuration.clientSectorByteCount)
    return WorkloadSpecification.Blocks(
      byteCount: block, indices: indices,
      spanByteCount: try workload.byteCount("span", in: sector...block) ?? 32 << 10,
      wholePercent: try workload.integer("whole-percent", in: 0...100) ?? 50,
      sweepOperationCount: try workload.integer("sweep", in: 1...100_000))
  }

  private func mix(_ node: Node) throws(ScenarioError) -> [WorkloadSpecification.Weight] {
    let actions = Self.actions
    let mix = try ScenarioNode(node, named: "mix", keys: actions.map(\.rawValue))
    var weights: [WorkloadSpecification.Weight] = []
    for action in actions {
      if let weight = try mix.integer(action.rawValue, in: 0...1000), weight > 0 {
        weights.append(.init(action, weight))
      }
    }
    if weights.isEmpty {
      throw ScenarioError(line: mix.line, "'mix' must give some weight above 0")
    }
    return weights
  }

  /// What a client can ask for; sessions close themselves.
  private static let actions = ClientMark.Action.allCases.filter { $0 != .close }

  // MARK: Explicit

  /// Between the operations of two sessions: everything is closed and opened again.
  static let sessionEnd = "reopen"
  /// Behind the last operation, where the close has another number than the next one, or where it is all
  /// that there is.
  static let listEnd = "close"
  /// Operations have numbers below this.
  static let largestNumber = 1_000_000_000

  private func sessions(_ nodes: [Node], _ list: Node) throws(ScenarioError) -> Workload {
    var workload = Workload(sessions: [])
    var operations: [ClientOperation] = []
    var lines: [(action: ClientMark.Action, line: Int?)] = []
    var lastNumber: UInt64 = 0
    var isClosed = false
    for node in nodes {
      if isClosed {
        throw ScenarioError(
          line: node.mark?.line, "'\(Self.listEnd)' stands behind the last operation")
      }
      if let end = try end(node, lastNumber) {
        lastNumber = end.number
        isClosed = end.word == Self.listEnd
        if end.word == Self.sessionEnd { try program.checkIsOnlySession(line: node.mark?.line) }
        workload.sessions.append(.init(listing: operations, closeIdentifier: lastNumber))
        operations = []
      } else {
        let operation = try operation(node, lastNumber)
        lines.append((operation.action, node.mark?.line))
        operations.append(operation)
        lastNumber = operations.last?.identifier ?? lastNumber
      }
    }
    if !isClosed {
      workload.sessions.append(.init(listing: operations, closeIdentifier: lastNumber + 1))
    }
    let taskCount = workload.sessions.map { $0.tasks.count { !$0.isEmpty } }.max() ?? 0
    for (action, line) in lines {
      try program.check(exclusive: action, taskCount: taskCount, line: line)
    }
    if !isClosed && workload.sessions.allSatisfy({ $0.tasks.allSatisfy(\.isEmpty) }) {
      throw ScenarioError(line: list.mark?.line, "'workload' lists no operation")
    }
    return workload
  }

  /// `reopen`, `close`, or one of them with a number: `{ reopen: 17 }`; `nil` for anything else.
  private func end(
    _ node: Node, _ lastNumber: UInt64
  ) throws(ScenarioError) -> (word: String, number: UInt64)? {
    let word = node.scalar?.string ?? node.mapping?.first?.key.string ?? ""
    guard word == Self.sessionEnd || word == Self.listEnd else { return nil }
    if node.scalar != nil { return (word, lastNumber + 1) }
    let item = try ScenarioNode(node, named: word, keys: [word])
    return (word, try number(word, of: item, lastNumber))
  }

  /// The number that an item gives, or the next one.
  private func number(
    _ key: String, of item: ScenarioNode, _ lastNumber: UInt64
  ) throws(ScenarioError) -> UInt64 {
    let next = Int(lastNumber) + 1
    return UInt64(try item.integer(key, in: next...max(next, Self.largestNumber)) ?? next)
  }

  private func operation(
    _ node: Node, _ lastNumber: UInt64
  ) throws(ScenarioError) -> ClientOperation {
    let names = Self.actions.map(\.rawValue)
    let item = try ScenarioNode(node, named: "operation", keys: names + ["task", "fua", "number"])
    let found = item.keys.compactMap { ClientMark.Action(rawValue: $0) }
    guard let action = found.first, found.count == 1, let value = item.node(action.rawValue) else {
      throw ScenarioError(line: item.line, "an operation has exactly one of \(names.listed)")
    }
    var operation = ClientOperation(
      identifier: try number("number", of: item, lastNumber),
      task: try item.integer("task", in: 0...63) ?? 0, action: action)
    try program.check(action, line: item.line)
    try program.check(number: operation.identifier, line: item.line)
    if let node = item.node("fua") {
      guard action == .write || action == .writeZeroes else {
        throw ScenarioError(line: node.mark?.line, "'fua' is for write and write-zeroes only")
      }
      operation.isFUA = try node.truth(named: "fua")
    }
    if action == .resize {
      let target = try value.byteCount(
        named: "resize", in: 0...max(1 << 30, configuration.deviceByteCount))
      operation.range = ByteRange(byteOffset: 0, byteCount: target)
    } else if action.hasRange {
      operation.range = try range(value, action)
    } else if !value.isAbsent, value.scalar?.string != "true" {
      throw ScenarioError(
        line: value.mark?.line,
        "'\(action.rawValue)' takes nothing, or true, found \(value.shown); leave out what is not to be done"
      )
    }
    let sector = UInt64(configuration.clientSectorByteCount)
    guard operation.range.byteOffset % sector == 0, operation.range.byteCount % sector == 0 else {
      throw ScenarioError(
        line: item.line,
        "the range of an operation must be made of whole sectors of \(sector) bytes")
    }
    return operation
  }

  private func range(
    _ node: Node, _ action: ClientMark.Action
  ) throws(ScenarioError) -> ByteRange {
    guard let items = node.sequence, items.count == 2 else {
      throw ScenarioError(
        line: node.mark?.line, "'\(action.rawValue)' takes [offset, length], found \(node.shown)")
    }
    let limit = configuration.deviceByteCount
    let start = try items[0].byteCount(named: "offset", in: 0...limit)
    let byteCount = try items[1].byteCount(named: "length", in: 1...limit)
    return ByteRange(byteOffset: start, byteCount: byteCount)
  }
}

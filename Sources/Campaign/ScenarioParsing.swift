import BlockDevice
import Bytes
import Checking
import CrashStates
import Rules
import Scheduling
import Stacks
import Workload
import WriteLog
import Yams

extension Scenario {
  /// Reads a scenario file.
  ///
  /// - Throws: ``ScenarioError`` with the line of the first thing that is not known or not possible.
  package init(parsing text: String) throws(ScenarioError) {
    guard let node = try Node.root(of: text) else {
      throw ScenarioError(line: nil, "the file is empty")
    }
    try self.init(ScenarioNode(node, named: "scenario", keys: Self.keys))
  }

  private static let keys = [
    "summary", "stack", "bugs", "device", "image", "workload", "schedule", "states", "expect",
    "ignore", "digests", "program",
  ]

  private init(_ root: ScenarioNode) throws(ScenarioError) {
    let summaryNode = try root.required("summary")
    guard let summary = summaryNode.scalar?.string, !summary.isEmpty else {
      throw ScenarioError(line: summaryNode.mark?.line, "'summary' must be a sentence")
    }
    self.summary = summary
    configuration = RunConfiguration(
      stack: try Self.stack(try root.required("stack")), bugs: try Self.bugs(root.node("bugs")))
    let stack = configuration.stack
    let program = ProgramParsing(configuration.stack)
    configuration.program = try program.options(root.node("program"))
    try program.refuse(["bugs"], in: root)
    if configuration.stack.program?.isDatabase == true {
      try program.refuse(["device", "image"], in: root)
    }
    if let device = root.node("device") { try Self.readDevice(device, into: &configuration) }
    if let image = root.node("image") {
      configuration.image = try ImageParsing(configuration).parse(image)
    }
    try ImageParsing(configuration).check(line: root.line)
    configuration.workload = try WorkloadParsing(configuration).parse(root.required("workload"))
    if let reason = configuration.bugs.reasonToRefuse(
      in: stack, isDirtyImages: configuration.workload == .dirtyImages)
    {
      throw ScenarioError(line: root.node("bugs")?.mark?.line, reason)
    }
    seeds = SeedRange(first: Seed(1), last: Seed(1))
    if let schedule = root.node("schedule") {
      seeds = try Self.readSchedule(schedule, into: &configuration)
    }
    tiers = try Self.tiers(root.node("states"))
    expectation = try Self.expectation(try root.required("expect"))
    if let node = root.node("digests") {
      pinnedDigests = try Self.digests(node, configuration)
    }
    for item in try root.node("ignore").map({ (node) throws(ScenarioError) in
      try Self.list(node, named: "ignore")
    }) ?? [] {
      guard configuration.ignoredRules.insert(try Self.rule(item)).inserted else {
        throw item.repeated(in: "ignore")
      }
    }
  }

  private static func digests(
    _ node: Node, _ configuration: RunConfiguration
  ) throws(ScenarioError) -> [String] {
    let digests = try list(node, named: "digests").map { $0.scalar?.string ?? "" }
    guard configuration.stack.image == .vhdx, configuration.hasClient,
      digests.count == 3
    else {
      throw ScenarioError(
        line: node.mark?.line,
        "'digests' lists those of file, recovered file and virtual disk, of an image with a client")
    }
    return digests
  }

  private static func stack(_ node: Node) throws(ScenarioError) -> StackName {
    guard let text = node.scalar?.string, let stack = StackName(text) else {
      throw ScenarioError(
        line: node.mark?.line,
        """
        unknown stack \(node.shown)\(StackName.allNames.hint(node.scalar?.string ?? "")); known are \
        \(StackName.allNames.listed)
        """)
    }
    return stack
  }

  private static func bugs(_ node: Node?) throws(ScenarioError) -> Set<PlantedBug> {
    guard let node else { return [] }
    var bugs: Set<PlantedBug> = []
    let known = PlantedBug.all.map(\.identifier)
    for item in try list(node, named: "bugs") {
      guard let bug = item.scalar.flatMap({ PlantedBug($0.string) }) else {
        throw ScenarioError(
          line: item.mark?.line,
          """
          unknown bug \(item.shown)\(known.hint(item.scalar?.string ?? "")); known are \(known.listed)
          """)
      }
      guard bugs.insert(bug).inserted else { throw item.repeated(in: "bugs") }
    }
    return bugs
  }

  private static func readDevice(
    _ node: Node, into configuration: inout RunConfiguration
  ) throws(ScenarioError) {
    let device = try ScenarioNode(
      node, named: "device",
      keys: [
        "bytes", "sector", "superblock-interval", "stale-log", "killed", "capacity", "failing",
        "short", "lying", "log-failing",
      ])
    let program = ProgramParsing(configuration.stack)
    try program.refuse(
      ["superblock-interval", "stale-log", "killed", "lying", "log-failing"], in: device)
    try program.refuseForSimulated(["short"], in: device)
    if let sector = try device.byteCount("sector", in: 512...(64 << 10)) {
      guard Superblock.isAllowed(UInt32(sector)) else {
        throw ScenarioError(
          line: device.line, "'sector' must be a power of two from 512 on, found \(sector)")
      }
      configuration.logSectorByteCount = UInt32(sector)
    }
    let mostByteCount: UInt64 = configuration.stack.image == .vhdx ? 64 << 40 : 1 << 30
    if let bytes = try device.byteCount("bytes", in: 1...mostByteCount) {
      guard bytes % UInt64(configuration.logSectorByteCount) == 0 else {
        throw ScenarioError(
          line: device.line, "'bytes' must be a whole number of sectors, found \(bytes)")
      }
      configuration.deviceByteCount = bytes
    }
    if let interval = try device.integer("superblock-interval", in: 1...1_000_000) {
      configuration.superblockInterval = interval
    }
    configuration.staleLogByteCount = try device.byteCount("stale-log", in: 0...(64 << 20)) ?? 0
    if let killed = device.node("killed") {
      configuration.isKilled = try killed.truth(named: "killed")
      if configuration.isKilled && configuration.stack.image != .raw {
        throw ScenarioError(
          line: killed.mark?.line,
          "'killed' is for raw disks: a writer of images keeps what was not flushed in memory")
      }
    }
    configuration.faults.capacityByteCount = try device.byteCount("capacity", in: 0...(1 << 30))
    for place in try places("failing", in: device) {
      configuration.faults.errors[place] = .inputOutput
    }
    configuration.failingLogOperations = try failingLogOperations(device, configuration)
    configuration.faults.shortWrites = Set(try places("short", in: device))
    if let lying = device.node("lying") {
      configuration.faults.liesAboutFlushes = try lying.truth(named: "lying")
    }
  }

  private static func failingLogOperations(
    _ device: ScenarioNode, _ configuration: RunConfiguration
  ) throws(ScenarioError) -> Set<Int> {
    let found = Set(try places("log-failing", in: device))
    let line = device.node("log-failing")?.mark?.line
    if found.contains(0) {
      throw ScenarioError(
        line: line, "'log-failing' counts from 1: where operation 0 fails there is no log")
    }
    let stack = configuration.stack
    guard found.isEmpty || stack.image == .raw && stack.profile.writesOwnFields else {
      throw ScenarioError(
        line: line,
        """
        'log-failing' is for raw:exact: a writer of images takes it for a failure of its file, and a log \
        without extensions does not tell what was in it
        """)
    }
    return found
  }

  /// The operations of the device that a key lists.
  private static func places(
    _ name: String, in device: ScenarioNode
  ) throws(ScenarioError) -> [Int] {
    guard let node = device.node(name) else { return [] }
    var places: [Int] = []
    for item in try list(node, named: name) {
      guard let place = item.scalar.flatMap({ Int(digits: $0.string) }) else {
        throw ScenarioError(
          line: item.mark?.line,
          "'\(name)' lists operations of the device by number, from 0; found \(item.shown)")
      }
      if places.contains(place) { throw item.repeated(in: name) }
      places.append(place)
    }
    return places
  }

  private static func readSchedule(
    _ node: Node, into configuration: inout RunConfiguration
  ) throws(ScenarioError) -> SeedRange {
    let schedule = try ScenarioNode(
      node, named: "schedule", keys: ["strategy", "preemptions", "seeds", "choices", "turns"])
    configuration.exhaustive = try exhaustiveBound(schedule, configuration)
    let strategies = StrategyName.allCases.map(\.rawValue) + [ExhaustiveBound.strategyName]
    if configuration.exhaustive == nil, let strategy = schedule.node("strategy") {
      guard let name = strategy.scalar.flatMap({ StrategyName(rawValue: $0.string) }) else {
        throw ScenarioError(
          line: strategy.mark?.line,
          """
          unknown strategy \(strategy.shown)\(strategies.hint(strategy.scalar?.string ?? "")); known are \
          \(strategies.listed)
          """)
      }
      configuration.strategy = name
    }
    if let choices = schedule.node("choices") {
      guard let recorded = choices.scalar.flatMap({ Schedule($0.string) }) else {
        throw ScenarioError(
          line: choices.mark?.line,
          "'choices' must be a list such as 0/2,3x1/3, found \(choices.shown)")
      }
      configuration.schedule = recorded
    }
    configuration.turns = try turns(schedule)
    guard let seeds = schedule.node("seeds") else {
      return SeedRange(first: Seed(1), last: Seed(1))
    }
    guard let range = seeds.scalar.flatMap({ SeedRange($0.string) }) else {
      throw ScenarioError(
        line: seeds.mark?.line, "'seeds' must be a range such as 1..200, found \(seeds.shown)")
    }
    return range
  }

  private static func turns(_ schedule: ScenarioNode) throws(ScenarioError) -> TaskOrder? {
    guard let node = schedule.node("turns") else { return nil }
    guard let order = node.scalar.flatMap({ TaskOrder($0.string) }) else {
      throw ScenarioError(
        line: node.mark?.line, "'turns' must be a list such as 12x0,3x1, found \(node.shown)")
    }
    guard schedule.node("choices") == nil, schedule.node("strategy") == nil else {
      throw ScenarioError(
        line: node.mark?.line, "'turns' stands instead of 'strategy' and 'choices'")
    }
    return order
  }

  /// `dfs` carries out every schedule, of a workload that is written out.
  private static func exhaustiveBound(
    _ schedule: ScenarioNode, _ configuration: RunConfiguration
  ) throws(ScenarioError) -> ExhaustiveBound? {
    let limit = try schedule.integer("preemptions", in: 0...100)
    guard schedule.node("strategy")?.scalar?.string == ExhaustiveBound.strategyName else {
      if limit == nil { return nil }
      throw ScenarioError(line: schedule.line, "'preemptions' needs the strategy dfs")
    }
    guard configuration.stack.program == nil else {
      throw ScenarioError(
        line: schedule.line, "the strategy dfs is for simulated stacks, and a program is too slow")
    }
    guard case .explicit = configuration.workload, schedule.node("choices") == nil else {
      throw ScenarioError(
        line: schedule.line,
        "the strategy dfs needs a workload that lists its operations, and no 'choices'")
    }
    return ExhaustiveBound(preemptionLimit: limit)
  }

  private static func tiers(_ node: Node?) throws(ScenarioError) -> [Tier] {
    guard let node else { return FuzzPlan.defaultTiers }
    var tiers: [Tier] = []
    for item in try list(node, named: "states") {
      let text = item.scalar?.string ?? ""
      let tier: Tier
      do {
        tier = try Tier(parsing: text)
      } catch {
        throw ScenarioError(line: item.mark?.line, "\(error)\(Tier.hint(text))")
      }
      if tiers.contains(tier) { throw item.repeated(in: "states") }
      tiers.append(tier)
    }
    if tiers.isEmpty {
      throw ScenarioError(
        line: node.mark?.line, "'states' names no tier, so nothing would be judged")
    }
    return tiers
  }

  private static func expectation(_ node: Node) throws(ScenarioError) -> Expectation {
    if node.scalar?.string == "pass" { return .pass }
    guard node.mapping != nil else {
      throw ScenarioError(
        line: node.mark?.line,
        "'expect' must be pass, or a mapping with the keys breaks, also; found \(node.shown)")
    }
    let expect = try ScenarioNode(node, named: "expect", keys: ["breaks", "also"])
    let main = try rule(try expect.required("breaks"))
    var also: Set<Rule> = []
    if let node = expect.node("also") {
      for item in try list(node, named: "also") {
        guard also.insert(try rule(item)).inserted else { throw item.repeated(in: "also") }
      }
    }
    return .breaks(main, also: also)
  }

  private static func rule(_ node: Node) throws(ScenarioError) -> Rule {
    guard let rule = node.scalar.flatMap({ Rule(rawValue: $0.string) }) else {
      let known = Rule.allCases.map(\.rawValue)
      throw ScenarioError(
        line: node.mark?.line,
        "unknown rule \(node.shown)\(known.hint(node.scalar?.string ?? "")); known are \(known.listed)"
      )
    }
    return rule
  }

  private static func list(_ node: Node, named name: String) throws(ScenarioError) -> [Node] {
    guard let sequence = node.sequence else {
      throw ScenarioError(line: node.mark?.line, "'\(name)' must be a list, found \(node.shown)")
    }
    return Array(sequence)
  }
}

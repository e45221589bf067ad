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
  /// - Parameter folder: where it stands, for commands that name it.
  /// - Throws: ``ScenarioError`` with the line of the first thing that is not known or not possible.
  package init(parsing text: String, folder: String = ".") throws(ScenarioError) {
    guard let node = try Node.root(of: text) else {
      throw ScenarioError(line: nil, "the file is empty")
    }
    try self.init(ScenarioNode(node, named: "scenario", keys: Self.keys))
    if let commands = configuration.commands {
      configuration.workload = .commands(commands.standing(in: folder))
    }
  }

  private static let keys =
    [
      "summary", "stack", "bugs", "device", "image", "workload", "schedule", "states", "expect",
      "ignore", "digests", "program",
    ] + CommandsParsing.keys

  private init(_ root: ScenarioNode) throws(ScenarioError) {
    let summaryNode = try root.required("summary")
    guard let summary = summaryNode.scalar?.string, !summary.isEmpty else {
      throw ScenarioError(line: summaryNode.mark?.line, "'summary' must be a sentence")
    }
    self.summary = summary
    configuration = RunConfiguration(
      stack: try root.required("stack").stack(), bugs: try root.bugs("bugs"))
    if configuration.stack.program?.isOfCommands == true {
      try Self.readCommands(root, into: &configuration)
    } else {
      try Self.readClient(root, into: &configuration)
    }
    seeds = SeedRange(first: Seed(1), last: Seed(1))
    if let node = root.node("schedule") {
      let schedule = try ScheduleParsing(node)
      configuration.schedule = try schedule.source()
      seeds = try schedule.seeds() ?? seeds
    }
    try Self.validate(configuration, root)
    try Self.checkIsSmall(configuration, line: root.line(of: "schedule"))
    let isOfCommands = configuration.commands != nil
    tiers = try root.tiers("states") ?? (isOfCommands ? Tier.defaultOfFiles : FuzzPlan.defaultTiers)
    expectation = try Self.expectation(try root.required("expect"))
    if let node = root.node("digests") {
      pinnedDigests = try Self.digests(node, configuration)
    }
    configuration.ignoredRules = try root.rules("ignore")
  }

  /// What a client does, and to what.
  private static func readClient(
    _ root: ScenarioNode, into configuration: inout RunConfiguration
  ) throws(ScenarioError) {
    let program = ProgramParsing(configuration.stack)
    try root.refuse(CommandsParsing.keys, for: "\(StackName(program: .custom))")
    configuration.program = try program.options(root.node("program"))
    let workload = try root.required("workload")
    configuration.workload = WorkloadParsing.kind(of: workload)
    // What a workload can hold depends on these.
    try validate(configuration, root)
    if configuration.stack.program?.keepsFolder == true {
      try program.refuse(["device", "image"], in: root)
    }
    if let device = root.node("device") { try readDevice(device, into: &configuration) }
    if let image = root.node("image") {
      configuration.image = try ImageParsing(configuration).parse(image)
    }
    try ImageParsing(configuration).check(line: root.line)
    if configuration.hasClient {
      configuration.workload = try WorkloadParsing(configuration).parse(workload)
    }
  }

  /// What is run in the place of a client.
  private static func readCommands(
    _ root: ScenarioNode, into configuration: inout RunConfiguration
  ) throws(ScenarioError) {
    try root.refuse(
      ["workload", "device", "image", "bugs", "digests"],
      for: "stacks with a client; \(configuration.stack) has 'program' with its commands")
    let commands = try CommandsParsing(root).commands()
    configuration.workload = .commands(commands)
    guard let node = root.node("faults") else { return }
    guard commands.order == .owned else {
      throw ScenarioError(
        line: root.line(of: "faults"), "'faults' are given to operations that wait: 'order: owned'")
    }
    let faults = try ScenarioNode(node, named: "faults", keys: ["failing", "short", "capacity"])
    try readFaults(faults, into: &configuration)
  }

  /// - Throws: ``ScenarioError`` with the line of what does not go with the rest.
  private static func validate(
    _ configuration: RunConfiguration, _ root: ScenarioNode
  ) throws(ScenarioError) {
    do {
      try configuration.validate()
    } catch {
      throw ScenarioError(line: root.line(of: error.part.rawValue), error.reason)
    }
  }

  /// A drawn workload has more schedules than anybody can wait for.
  private static func checkIsSmall(
    _ configuration: RunConfiguration, line: Int?
  ) throws(ScenarioError) {
    if configuration.schedule.exhaustiveBound == nil { return }
    guard case .explicit = configuration.workload else {
      throw ScenarioError(
        line: line, "the strategy dfs needs a workload that lists its operations")
    }
  }

  private static func digests(
    _ node: Node, _ configuration: RunConfiguration
  ) throws(ScenarioError) -> [String] {
    let digests = try node.list(named: "digests").map { $0.scalar?.string ?? "" }
    guard configuration.stack.image.isOfKnownFormat, configuration.hasClient,
      digests.count == 3
    else {
      throw ScenarioError(
        line: node.mark?.line,
        "'digests' lists those of file, recovered file and virtual disk, of an image with a client")
    }
    return digests
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
    let mostByteCount: UInt64 = configuration.stack.image.isOfKnownFormat ? 64 << 40 : 1 << 30
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
    try readFaults(device, into: &configuration)
    configuration.failingLogOperations = try failingLogOperations(device, configuration)
    if let lying = device.node("lying") {
      configuration.faults.liesAboutFlushes = try lying.truth(named: "lying")
    }
  }

  private static func readFaults(
    _ node: ScenarioNode, into configuration: inout RunConfiguration
  ) throws(ScenarioError) {
    configuration.faults.capacityByteCount = try node.byteCount("capacity", in: 0...(1 << 30))
    for place in try places("failing", in: node) {
      configuration.faults.errors[place] = .inputOutput
    }
    configuration.faults.shortWrites = Set(try places("short", in: node))
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
    for item in try node.list(named: name) {
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

  private static func expectation(_ node: Node) throws(ScenarioError) -> Expectation {
    if node.scalar?.string == "pass" { return .pass }
    guard node.mapping != nil else {
      throw ScenarioError(
        line: node.mark?.line,
        "'expect' must be pass, or a mapping with the keys breaks, also; found \(node.shown)")
    }
    let expect = try ScenarioNode(node, named: "expect", keys: ["breaks", "also"])
    let main = try expect.required("breaks").rule()
    return .breaks(main, also: try expect.rules("also"))
  }
}

import BlockDevice

/// Commands as lines of a scenario file: what ``CommandsParsing`` reads.
struct CommandsText {
  private let commands: ProgramCommands
  private let faults: DeviceFaults

  init(_ commands: ProgramCommands, _ faults: DeviceFaults) {
    self.commands = commands
    self.faults = faults
  }

  var lines: [String] {
    var lines = ["program:"]
    if !commands.setup.isEmpty { lines.append("  setup: \(list(commands.setup))") }
    lines.append("  run: \(list(commands.run))")
    lines.append("  \(judge)")
    if !commands.ignoredNames.isEmpty { lines.append("  ignore: \(words(commands.ignoredNames))") }
    var marks = YAMLMapping()
    if let pattern = commands.marksPattern { marks.add("stdout", YAMLText.quoted(pattern)) }
    marks.add(
      "at-least", commands.leastMarkCount,
      unless: ProgramCommands.leastMarkCount(
        given: nil, pattern: commands.marksPattern, for: commands.judge))
    if !marks.isEmpty { lines.append("marks: \(marks.text)") }
    if commands.order != .owned { lines.append("order: \(commands.order.rawValue)") }
    if commands.persona != .ordered { lines.append("persona: \(commands.persona.rawValue)") }
    if commands.cutsRecovery { lines.append("recrash: true") }
    var faults = YAMLMapping()
    faults.addFaults(self.faults)
    if !faults.isEmpty { lines.append("faults: \(faults.text)") }
    return lines
  }

  private var judge: String {
    switch commands.judge {
    case .check(let command): "check: \(words(command))"
    case .resident(let command): "judge: \(words(command))"
    case .oracle(let oracle): "oracle: \(YAMLText.quoted("\(oracle)"))"
    }
  }

  private func list(_ commands: [ProgramCommands.Words]) -> String {
    YAMLText.list(commands.map(words))
  }

  private func words(_ words: [String]) -> String { YAMLText.list(words.map(YAMLText.quoted)) }
}

extension YAMLMapping {
  /// What both a device and a program's files can answer.
  mutating func addFaults(_ faults: DeviceFaults) {
    add(byteCount: "capacity", faults.capacityByteCount)
    add("failing", faults.errors.keys.sorted(), unless: []) {
      YAMLText.list($0.map { "\($0)" })
    }
    add("short", faults.shortWrites.sorted(), unless: []) {
      YAMLText.list($0.map { "\($0)" })
    }
  }
}

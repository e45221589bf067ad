import BlockDevice
import Checking
import CrashStates
import Scheduling
import Stacks
import Yams

/// What a scenario of `program:custom` says in the place of a client: `program` with its commands, and the keys
/// that go with it.
struct CommandsParsing {
  /// Keys of a scenario that belong to commands alone.
  static let keys = ["marks", "order", "persona", "recrash", "faults"]

  private let root: ScenarioNode

  init(_ root: ScenarioNode) {
    self.root = root
  }

  func commands() throws(ScenarioError) -> ProgramCommands {
    let program = try ScenarioNode(
      root.required("program"), named: "program",
      keys: ["setup", "run", "check", "judge", "oracle", "ignore"])
    var commands = ProgramCommands(
      run: try commands(program.required("run"), named: "run"), judge: try judge(program))
    try checkOpening(commands, line: program.line(of: "oracle"))
    if let node = program.node("setup") {
      commands.setup = try self.commands(node, named: "setup")
    }
    if let node = program.node("ignore") {
      commands.ignoredNames = try node.words(named: "ignore")
    }
    try readMarks(into: &commands)
    commands.order = try word("order") ?? .owned
    commands.persona = try word("persona") ?? .ordered
    commands.cutsRecovery = try root.node("recrash")?.truth(named: "recrash") ?? false
    if commands.cutsRecovery, !commands.canCutRecovery {
      let given = program.node("judge") == nil ? "oracle" : "judge"
      throw ScenarioError(
        line: root.line(of: "recrash"),
        "'recrash' records a check of each state by itself: give it as 'check', and not as '\(given)'"
      )
    }
    return commands
  }

  // MARK: What judges

  private func judge(_ program: ScenarioNode) throws(ScenarioError) -> ProgramCommands.Judge {
    if let node = program.node("oracle") {
      try program.refuse(
        ["check", "judge"], for: "scenarios without an 'oracle', which stands in its place")
      return .oracle(try oracle(node))
    }
    let isResident = program.node("judge") != nil
    let name = isResident ? "judge" : "check"
    let check = try commands(program.required(name), named: name)
    guard check.count == 1 else {
      throw ScenarioError(line: program.line(of: name), "'\(name)' must be one command")
    }
    if isResident {
      try program.refuse(["check"], for: "scenarios without a 'judge', which stands in its place")
      return .resident(check[0])
    }
    try require(.folder, in: check[0], line: program.line(of: name))
    return .check(check[0])
  }

  private func oracle(_ node: Node) throws(ScenarioError) -> FolderOracle {
    do {
      return try FolderOracle(parsing: node.scalar?.string ?? "")
    } catch {
      throw ScenarioError(line: node.mark?.line, "\(error)")
    }
  }

  /// What starts the program has to be told the folder of a state, too.
  private func checkOpening(
    _ commands: ProgramCommands, line: Int?
  ) throws(ScenarioError) {
    guard commands.judge == .oracle(.opens),
      (try? commands.judge(seed: Seed(0))) == nil
    else { return }
    throw ScenarioError(
      line: line,
      "'opens' starts the first command of 'run' on the folder of a state: write {folder} among its arguments"
    )
  }

  // MARK: Commands

  /// One command as a text or a list of words, or a list of those.
  private func commands(
    _ node: Node, named name: String
  ) throws(ScenarioError) -> [ProgramCommands.Words] {
    var found: [ProgramCommands.Words] = []
    if let sequence = node.sequence, sequence.contains(where: { $0.sequence != nil }) {
      for item in sequence { found.append(try command(item, named: name)) }
    } else {
      found = [try command(node, named: name)]
    }
    return found
  }

  private func command(
    _ node: Node, named name: String
  ) throws(ScenarioError) -> ProgramCommands.Words {
    var words: ProgramCommands.Words
    if let text = node.scalar?.string {
      do {
        words = try CommandWords.split(text)
      } catch {
        throw ScenarioError(line: node.mark?.line, "'\(name)': \(error)")
      }
    } else {
      words = try node.words(named: name)
    }
    guard let program = words.first, !program.isEmpty else {
      throw ScenarioError(line: node.mark?.line, "'\(name)' names no program")
    }
    return words
  }

  private func require(
    _ place: ProgramCommands.Place, in words: ProgramCommands.Words, line: Int?
  ) throws(ScenarioError) {
    guard words.dropFirst().contains(where: { $0.contains(place.rawValue) }),
      !words[0].contains(place.rawValue)
    else {
      throw ScenarioError(
        line: line,
        """
        'check' must have \(place.rawValue) among the program's arguments: there stands the path of the folder \
        that it judges
        """)
    }
  }

  // MARK: The keys beside it

  private func readMarks(into commands: inout ProgramCommands) throws(ScenarioError) {
    commands.leastMarkCount = ProgramCommands.leastMarkCount(
      given: nil, pattern: nil, for: commands.judge)
    guard let node = root.node("marks") else { return }
    let marks = try ScenarioNode(node, named: "marks", keys: ["stdout", "at-least"])
    if let node = marks.node("stdout") {
      guard let pattern = node.scalar?.string, (try? Regex(pattern)) != nil else {
        throw ScenarioError(
          line: node.mark?.line, "'stdout' must be a regular expression, found \(node.shown)")
      }
      commands.marksPattern = pattern
    }
    commands.leastMarkCount = ProgramCommands.leastMarkCount(
      given: try marks.integer("at-least", in: 0...1_000_000), pattern: commands.marksPattern,
      for: commands.judge)
  }

  /// One of the words that a type knows; `nil` where the key is absent.
  private func word<Word: RawRepresentable<String> & CaseIterable>(
    _ key: String
  ) throws(ScenarioError) -> Word? {
    guard let node = root.node(key) else { return nil }
    guard let word = node.scalar.flatMap({ Word(rawValue: $0.string) }) else {
      let known = Word.allCases.map(\.rawValue)
      throw ScenarioError(
        line: node.mark?.line,
        "'\(key)' must be one of \(known.listed), found \(node.shown)\(known.hint(node.scalar?.string ?? ""))"
      )
    }
    return word
  }
}

extension Node {
  /// A list of words, none of which is a list itself.
  fileprivate func words(named name: String) throws(ScenarioError) -> [String] {
    var words: [String] = []
    for item in try list(named: name) {
      guard let word = item.scalar?.string else {
        throw ScenarioError(line: item.mark?.line, "'\(name)' lists words, found \(item.shown)")
      }
      words.append(word)
    }
    return words
  }
}

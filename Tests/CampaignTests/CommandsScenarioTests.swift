import Campaign
import Checking
import CrashStates
import Scheduling
import Stacks
import Testing

/// Scenario files of program:custom: what they can say, and the line of what they cannot.
struct CommandsScenarioTests {
  private static let lines = [
    "summary: Every acknowledged put survives.",
    "stack: program:custom",
    "program:",
    "  setup: [[./kv, init, \"{folder}\"], [sync]]",
    "  run: [[./kv, load, \"{folder}\", \"{seed}\"], [./kv, more, \"{here}/x y\"]]",
    "  check: \"./kv verify '{folder}' '' \\\"two words\\\"\"",
    "  ignore: [\"*-shm\"]",
    "marks: { stdout: '^ack: \"(.*)\"', at-least: 5 }",
    "order: owned",
    "persona: posix",
    "recrash: true",
    "faults: { failing: [7, 9], short: [3], capacity: 1MiB }",
    "states: [prefix, \"drop:1\"]",
    "schedule: { strategy: pct, seeds: 1..9 }",
    "expect: pass",
  ]

  private static func text(_ changes: [Int: String] = [:]) -> String {
    lines.enumerated().map { changes[$0.offset + 1] ?? $0.element }.joined(separator: "\n")
  }

  @Test func commandsAreRead() throws {
    let scenario = try Scenario(parsing: Self.text(), folder: "a/b")
    let configuration = scenario.configuration
    let commands = try #require(configuration.commands)
    #expect(commands.setup == [["./kv", "init", "{folder}"], ["sync"]])
    #expect(
      commands.run == [["./kv", "load", "{folder}", "{seed}"], ["./kv", "more", "a/b/x y"]])
    #expect(commands.judge == .check(["./kv", "verify", "{folder}", "", "two words"]))
    #expect(commands.ignoredNames == ["*-shm"])
    #expect(commands.marksPattern == "^ack: \"(.*)\"")
    #expect(commands.leastMarkCount == 5)
    #expect(commands.persona == .posix)
    #expect(commands.cutsRecovery)
    #expect(configuration.faults.errors.keys.sorted() == [7, 9])
    #expect(configuration.faults.shortWrites == [3])
    #expect(configuration.faults.capacityByteCount == 1 << 20)
    #expect(configuration.hasChoices && !configuration.hasClient && configuration.needsPromises)
    #expect(try Scenario(parsing: scenario.text) == scenario)
  }

  /// What is left out is what most people want.
  @Test func littleIsEnough() throws {
    let scenario = try Scenario(
      parsing: """
        summary: It is sound.
        stack: program:custom
        program:
          run: ./kv load
          check: ./kv verify {folder}
        expect: pass
        """)
    let commands = try #require(scenario.configuration.commands)
    var expected = ProgramCommands(
      run: [["./kv", "load"]], judge: .check(["./kv", "verify", "{folder}"]))
    expected.order = .owned
    #expect(commands == expected)
    #expect(scenario.tiers == Tier.defaultOfFiles)
    #expect(scenario.seeds.seedCount == 1)
    #expect(!scenario.configuration.needsPromises)
    #expect(try Scenario(parsing: scenario.text) == scenario)
  }

  /// A judge that stays needs no place for a folder, which it reads.
  @Test func aJudgeThatStaysIsRead() throws {
    let scenario = try Scenario(
      parsing: Self.text([6: "  judge: ./kv judge", 11: "recrash: false"]))
    let commands = try #require(scenario.configuration.commands)
    #expect(commands.judge == .resident(["./kv", "judge"]))
    #expect(try Scenario(parsing: scenario.text) == scenario)
  }

  /// An oracle stands in the place of a command, and one that looks for marks wants one at least.
  @Test(arguments: ["lines:a/log", "same-as-some-mark", "same-as-some-mark:*.new,LOCK", "opens"])
  func anOracleIsRead(text: String) throws {
    let scenario = try Scenario(
      parsing: Self.text([6: "  oracle: \"\(text)\"", 8: "# none", 11: "recrash: false"]))
    let commands = try #require(scenario.configuration.commands)
    #expect(commands.judge == .oracle(try FolderOracle(parsing: text)))
    #expect(commands.leastMarkCount == (text == "opens" ? 0 : 1))
    let judge = try commands.judge(seed: Seed(7))
    #expect("\(judge)" == (text == "opens" ? "./kv load {folder} 7" : text))
    #expect(try Scenario(parsing: scenario.text) == scenario)
    let choices = try #require(Schedule("1/2,3x0/3"))
    let found = Scenario(
      of: scenario.configuration, seed: Seed(4), choices: choices, tiers: scenario.tiers,
      breaking: .x03)
    let token = RunToken(.scenario(found))
    #expect(try RunToken(parsing: token.description) == token)
  }

  /// A run that was found, with the choices that it made.
  @Test func aFindingIsAScenario() throws {
    let scenario = try Scenario(parsing: Self.text())
    let choices = try #require(Schedule("1/2,3x0/3"))
    let found = Scenario(
      of: scenario.configuration, seed: Seed(4), choices: choices, tiers: scenario.tiers,
      breaking: .x03)
    let read = try Scenario(parsing: found.text)
    #expect(read == found)
    #expect(read.configuration.schedule.choices == choices)
    let token = RunToken(.scenario(found))
    #expect(try RunToken(parsing: token.description) == token)
  }

  @Test func wordsAreFilledIn() throws {
    let commands = try #require(Scenario(parsing: Self.text()).configuration.commands)
    #expect(
      commands.words(commands.run[0], folder: "/x y", seed: Seed(7)) == [
        "./kv", "load", "/x y", "7",
      ])
    #expect(try commands.judge(seed: Seed(7)).words(forSubjectAt: "/x y")[2] == "/x y")
  }

  @Test(arguments: [
    ([3: "program:", 5: "  # none"], 4, "the key 'run' is missing"),
    ([6: "  # none"], 4, "the key 'check' is missing"),
    ([5: "  run: []"], 5, "'run' names no program"),
    ([5: "  run: [[]]"], 5, "'run' names no program"),
    ([5: "  run: \"./kv 'open\""], 5, "'run': "),
    ([5: "  run: [[a, [b]]]"], 5, "'run' lists words"),
    ([6: "  check: [./kv, verify]"], 6, "'check' must have {folder}"),
    ([6: "  check: [\"{folder}/kv\"]"], 6, "'check' must have {folder}"),
    ([6: "  check: [[a, \"{folder}\"], [b, \"{folder}\"]]"], 6, "'check' must be one command"),
    ([7: "  judge: [a]"], 6, "'check' belongs to scenarios without a 'judge'"),
    ([6: "  judge: [a]"], 11, "'recrash' records a check of each state by itself"),
    ([6: "  judge: []"], 6, "'judge' names no program"),
    ([7: "  oracle: opens"], 6, "'check' belongs to scenarios without an 'oracle'"),
    ([6: "  oracle: line:log"], 6, "'oracle': expected one of lines:FILE, "),
    ([6: "  oracle: [opens]"], 6, "'oracle': expected one of lines:FILE, "),
    ([6: "  oracle: lines:log"], 11, "give it as 'check', and not as 'oracle'"),
    (
      [5: "  run: ./kv load", 6: "  oracle: opens"], 6,
      "'opens' starts the first command of 'run' on the folder of a state: write {folder}"
    ),
    ([7: "  ignor: [a]"], 7, "unknown key 'ignor'"),
    ([8: "marks: { stdout: '(' }"], 8, "'stdout' must be a regular expression"),
    ([8: "marks: { at-least: -1 }"], 8, "'at-least' must be a whole number"),
    ([9: "order: own"], 9, "'order' must be one of owned, recorded"),
    ([9: "order: recorded"], 12, "'faults' are given to operations that wait"),
    ([9: "order: recorded", 12: "# none"], 14, "the order is the program's own"),
    ([10: "persona: xfs"], 10, "'persona' must be one of posix, ordered, ext4"),
    ([11: "recrash: yes"], 11, "'recrash' must be true or false"),
    ([12: "faults: { failing: [7, 7] }"], 12, "'7' stands twice"),
    ([12: "workload: [{ flush: true }]"], 12, "'workload' belongs to stacks with a client"),
    ([12: "device: { bytes: 1MiB }"], 12, "'device' belongs to stacks with a client"),
    ([12: "bugs: [logger.unit-512]"], 12, "'bugs' belongs to stacks with a client"),
    (
      [14: "schedule: { strategy: dfs }"], 14,
      "the strategy dfs is for simulated stacks: a program is too slow"
    ),
    ([2: "stack: raw:exact"], 8, "'marks' belongs to program:custom"),
    ([2: "stack: program:customs"], 2, "did you mean 'program:custom'?"),
  ])
  func whatIsWrongIsNamedWithItsLine(changes: [Int: String], line: Int, said: String) {
    let error = #expect(throws: ScenarioError.self) {
      try Scenario(parsing: Self.text(changes))
    }
    #expect(error?.line == line, "\(error.map { "\($0)" } ?? "")")
    #expect(error?.message.contains(said) == true, "\(error?.message ?? "")")
  }
}

import Campaign
import CrashStates
import Foundation
import Host
import Rules
import Scheduling
import Stacks
import TestSupport
import Testing

/// docs/schemas/scenario.schema.json says of scenario files what the parser does, as far as a schema can.
@Suite struct ScenarioSchemaTests {
  /// A file of which lines are replaced.
  private static let lines = [
    "summary: A sentence.",
    "stack: vhdx:exact",
    "device: { bytes: 4MiB, lying: false }",
    "workload: [{ write: [0, 4KiB] }]",
    "schedule: { seeds: 3..9 }",
    "states: [prefix, drop:1]",
    "expect: pass",
  ]

  /// The same of commands.
  private static let commandLines = [
    "summary: A sentence.",
    "stack: program:custom",
    "program: { run: [[a], [b, c]], check: \"./check {folder}\" }",
    "expect: pass",
  ]

  /// The file with these lines instead of those of the same keys, or behind the others.
  private static func file(_ replacements: [String], of lines: [String] = lines) -> String {
    var lines = lines
    for text in replacements {
      let key = text.prefix { $0 != ":" }
      if let place = lines.firstIndex(where: { $0.hasPrefix("\(key):") }) {
        lines[place] = text
      } else {
        lines.append(text)
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func parserAccepts(_ text: String) -> Bool {
    (try? Scenario(parsing: text)) != nil
  }

  // MARK: Files

  @Test func everyScenarioIsAsTheSchemaSays() throws {
    let paths = try Folders.files(below: Repository.path("Scenarios"), suffix: ".yaml")
    #expect(paths.count > 100)
    for (path, fault) in zip(paths, try SchemaPeer.faults(paths.map { ("scenario", $0) })) {
      #expect(fault == nil, "\(path)")
    }
  }

  /// What campaigns draw, of every stack, as `fuzz --output` and `shrink` write it.
  @Test func whatTheToolWritesIsAsTheSchemaSays() throws {
    var texts: [String] = []
    for name in StackName.allNames {
      let stack = try #require(StackName(name))
      for workload in stack.image == .vhdx && stack.program == nil
        ? [FuzzedWorkload.client, .dirtyImages] : [.client]
      {
        for raw: UInt64 in 1...6 {
          let seed = Seed(raw)
          var plan = FuzzPlan(stack: stack, seeds: SeedRange(first: seed, last: seed))
          if workload == .dirtyImages { plan.workload = workload }
          let configuration = plan.configuration(for: seed)
          for choices in configuration.hasClient ? [nil, Schedule("1/2,3x0/3")] : [nil] {
            let scenario = Scenario(
              of: configuration, seed: seed, choices: choices, tiers: [.drop(1), .torn(4096)],
              breaking: .d01, also: [.d02])
            texts.append(scenario.text)
          }
        }
      }
    }
    for (text, fault) in zip(texts, try SchemaPeer.faults(ofScenarios: texts)) {
      #expect(fault == nil, "\(text)")
      #expect(Self.parserAccepts(text), "\(text)")
    }
  }

  // MARK: Keys and limits

  /// What the parser says that it knows, where somebody writes another key, is what the schema has.
  @Test(arguments: [
    ("program: { zzz: 1 }", ["definitions", "program"]),
    ("marks: { zzz: 1 }", ["definitions", "marks"]),
    ("faults: { zzz: 1 }", ["definitions", "faults"]),
    ("zzz: 1", [String]()),
    ("device: { zzz: 1 }", ["definitions", "device"]),
    ("image: { zzz: 1 }", ["definitions", "image"]),
    ("workload: { zzz: 1 }", ["definitions", "drawn"]),
    ("workload: { mix: { zzz: 1 } }", ["definitions", "drawn", "properties", "mix"]),
    ("workload: [{ zzz: 1 }]", ["definitions", "operation"]),
    ("schedule: { zzz: 1 }", ["definitions", "schedule"]),
    ("expect: { zzz: 1 }", ["definitions", "breaking"]),
  ])
  func theSchemaHasTheKeysThatTheParserKnows(line: String, place: [String]) throws {
    let isOfCommands = ["program", "marks", "faults"].contains(line.prefix { $0 != ":" })
    let error = #expect(throws: ScenarioError.self) {
      try Scenario(
        parsing: Self.file([line], of: isOfCommands ? Self.commandLines : Self.lines))
    }
    let message = try #require(error?.message)
    let list = try #require(message.components(separatedBy: "known are ").last)
    let mapping = try Self.part(place)
    let properties = try #require(mapping["properties"] as? [String: Any])
    #expect(properties.keys.sorted() == list.components(separatedBy: ", ").sorted())
    #expect(mapping["additionalProperties"] as? Bool == false)
  }

  /// Each whole number with limits: the parser takes the least and the largest, and not the next ones.
  @Test func theLimitsOfNumbersAreThoseOfTheParser() throws {
    var count = 0
    let mappings: [(place: [String], line: (String) -> String)] = [
      (["definitions", "device"], { "device: { \($0) }" }),
      (["definitions", "image"], { "image: { \($0) }" }),
      (["definitions", "drawn"], { "workload: { blocks: [0], \($0) }" }),
      (
        ["definitions", "drawn", "properties", "mix"],
        { "workload: { mix: { \($0.hasPrefix("flush") ? "write" : "flush"): 1, \($0) } }" }
      ),
      (["definitions", "operation"], { "workload: [{ flush: true, \($0) }]" }),
      (["definitions", "reopening"], { "workload: [{ \($0) }, { flush: true }]" }),
      (["definitions", "closing"], { "workload: [{ \($0) }]" }),
      (["definitions", "schedule"], { "schedule: { strategy: dfs, \($0) }" }),
      (["definitions", "marks"], { "marks: { \($0) }" }),
    ]
    for (place, line) in mappings {
      let properties = try #require(try Self.part(place)["properties"] as? [String: Any])
      for (key, value) in properties {
        guard let part = value as? [String: Any], let least = part["minimum"] as? Int,
          let most = part["maximum"] as? Int
        else { continue }
        count += 1
        for (number, isAllowed) in [
          (least - 1, false), (least, true), (most, true), (most + 1, false),
        ] {
          let base = place.last == "marks" ? Self.commandLines : Self.lines
          let text = Self.file([line("\(key): \(number)")], of: base)
          #expect(Self.parserAccepts(text) == isAllowed, "\(key): \(number)")
        }
      }
    }
    let text = try Repository.text("docs/schemas/scenario.schema.json")
    #expect(count == text.components(separatedBy: "\"maximum\":").count - 1)
  }

  @Test func theDefaultStatesAreThoseOfTheParser() throws {
    let states = try Self.part(["properties", "states"])["default"] as? [String]
    #expect(states == FuzzPlan.defaultTiers.map(\.description))
  }

  // MARK: Commands

  @Test func commandsAreAsTheSchemaSays() throws {
    let changes: [([String], Bool)] = [
      ([], true),
      (["program: { setup: [a, b], run: ./x, check: [c, \"{folder}\"], ignore: [\"*\"] }"], true),
      (
        ["marks: { stdout: a, at-least: 3 }", "order: owned", "persona: ext4", "recrash: true"],
        true
      ),
      (["faults: { failing: [1], short: [2], capacity: 1MiB }"], true),
      (["program: { run: a, judge: ./judge }"], true),
      (["program: { run: a, judge: b, check: \"c {folder}\" }"], false),
      (["program: /bin/true"], false), (["program: { run: a }"], false),
      (["program: { check: \"a {folder}\" }"], false), (["order: mine"], false),
      (["persona: xfs"], false), (["recrash: 3"], false), (["marks: [a]"], false),
      (["faults: { lying: true }"], false), (["workload: [{ flush: true }]"], false),
    ]
    let texts = changes.map { Self.file($0.0, of: Self.commandLines) }
    for (text, fault) in zip(texts, try SchemaPeer.faults(ofScenarios: texts)) {
      let isGood = changes.first { Self.file($0.0, of: Self.commandLines) == text }?.1
      #expect(Self.parserAccepts(text) == isGood, "\(text)")
      #expect((fault == nil) == isGood, "\(text)")
    }
    // A client has a workload, and no commands.
    let others = [
      Self.file(["program: { run: a, check: \"b {folder}\" }"]),
      Self.lines.filter { !$0.hasPrefix("workload") }.joined(separator: "\n"),
    ]
    for (text, fault) in zip(others, try SchemaPeer.faults(ofScenarios: others)) {
      #expect(fault != nil && !Self.parserAccepts(text), "\(text)")
    }
  }

  // MARK: Values

  /// What parser and schema refuse: no value can be so.
  @Test func whatTheParserRefusesForItsShapeIsRefusedByTheSchema() throws {
    let replacements = [
      "sumary: A sentence.", "summary: ''", "summary: [a]", "stack: raw:exakt", "stack:",
      "bugs: [logger.nonsense]", "bugs: [writer.tail-early, writer.tail-early]", "bugs:",
      "bugs: writer.tail-early", "device: { size: 4MiB }", "device: { bytes: 4MB }", "device:",
      "device: { bytes: -1 }", "device: { lying: yes }", "device: { lying: 1 }",
      "device: { failing: [1, 1] }", "device: { failing: [+1.5] }", "device: { failing: 1 }",
      "device: { log-failing: [0] }", "image: { fixed: 'no' }", "image: { checkpoint: 1.5 }",
      "image: { block: 1MB }", "workload: client", "workload: nonsense", "workload: []",
      "workload: { mix: {} }", "workload: { mix: { close: 1 } }", "workload: { blocks: [] }",
      "workload: { blocks: [1, 1] }", "workload: { seed: x }", "workload: { tasks: 1.5 }",
      "workload: [{ wipe: [0, 4KiB] }]", "workload: [{ task: 0 }]", "workload: [stop]",
      "workload: [{ write: 7 }]", "workload: [{ write: [0, 4KiB, 1] }]",
      "workload: [{ write: [-512, 4KiB] }]", "workload: [{ write: [0, 4KiB], flush: true }]",
      "workload: [{ flush: false }]", "workload: [{ flush: banana }]", "workload: [{ flush: 1 }]",
      "workload: [{ flush: '' }]", "workload: [{ flush: [] }]", "workload: [{ flush: yes }]",
      "workload: [{ write: [0, 4KiB], fua: on }]", "workload: [{ write: [0, 4KiB], fua: 1 }]",
      "workload: [{ flush: true, fua: true }]", "workload: [{ write: [0, 4KiB], task: 0.5 }]",
      "workload: [{ write: [0, 4KiB], task: 99999999999999999999 }]",
      "workload: [{ reopen: false }]", "workload: [{ reopen: banana }]",
      "workload: [{ write: [0, 4KiB] }, { reopen: 2.5 }]",
      "workload: [{ write: [0, 4KiB] }, { close: 2, task: 1 }]", "schedule: { strategy: luck }",
      "schedule: { preemptions: 1 }", "schedule: { strategy: pct, preemptions: 1 }",
      "schedule: { strategy: dfs, choices: 0/2 }", "schedule: { choices: 2 }",
      "schedule: { turns: 1x0, strategy: pct }", "schedule: { turns: 1x0, choices: 0/2 }",
      "schedule: { turns: x }", "schedule: { seeds: '' }", "schedule: { seeds: a..b }",
      "states: []", "states: [prefix, prefix]", "states: [prefxi]", "states:", "states: prefix",
      "states: [drop]", "states: [drop:0]", "expect: { breaks: S7 }", "expect: {}",
      "expect: maybe", "expect: [D01]", "expect: { breaks: D01, also: [D02, D02] }",
      "expect: { breaks: d01 }", "ignore: [D10, D10]", "ignore:", "ignore: [Z01]",
      "digests: [00, 00]", "shedule: { seeds: 1 }", "program: [qemu-io]", "program: ''",
    ]
    let missing = ["summary", "stack", "workload", "expect"].map { key in
      Self.lines.filter { !$0.hasPrefix("\(key):") }.joined(separator: "\n")
    }
    let texts = replacements.map { Self.file([$0]) } + missing + ["- a", "summary: x"]
    for (text, fault) in zip(texts, try SchemaPeer.faults(ofScenarios: texts)) {
      #expect(!Self.parserAccepts(text), "\(text)")
      #expect(fault != nil, "\(text)")
    }
  }

  /// What both take, though it is seldom written.
  @Test func whatTheParserTakesIsTakenByTheSchema() throws {
    let zeroes = String(repeating: "0", count: 32)
    let replacements: [[String]] = [
      [], ["device: { bytes: 0.5M, sector: 4k }"], ["device: { bytes: 1048576B }"],
      ["device: { bytes: 1.G, capacity: 0, stale-log: 1MiB, failing: [4, 17] }"],
      ["stack: raw:exact", "device: { killed: true, log-failing: [7] }"],
      ["image: { worn: true, block: 2MiB, entry-sectors: 1 }", "device: { bytes: 16MiB }"],
      ["workload: { seed: 0x7, tasks: 2, mix: { resize: 1, read: 0 }, hot: 64K }"],
      ["workload: { blocks: [0, 3], span: 64KiB, whole-percent: 0, sweep: 2, longest: 16KiB }"],
      ["workload: [{ flush: }, reopen, { write: [0, 4096], fua: true }, { reopen: 17 }, close]"],
      ["workload: [{ resize: 8MiB, task: 3, number: 7 }, { close: 12 }]"],
      ["workload: [close]"], ["workload: dirty-images", "schedule: { seeds: 7 }"],
      ["schedule: { seeds: 0x10..0x20, strategy: urw }"], ["schedule: { choices: '' }"],
      ["schedule: { choices: \"0/2,3x1/3\", strategy: pct }"], ["schedule: { turns: '' }"],
      ["schedule: { turns: \"12x0,3x1\" }"], ["schedule: { strategy: dfs, preemptions: 2 }"],
      ["states: [random:9, keep:12, torn, torn:4096, in-flight, recrash, names, all, fua-only]"],
      ["expect: { breaks: D01, also: [] }", "bugs: []", "ignore: []"],
      [
        "digests: [\(zeroes), \(zeroes), \"-\"]".replacing(
          "\(zeroes)", with: "a\(zeroes.dropFirst())")
      ],
      [
        "stack: program:nbd-raw", "program: qemu-nbd --socket {socket} {image}",
        "device: { bytes: 4MiB, short: [1] }",
      ],
      ["stack: program:sqlite3-off", "workload: transactions", "device: "],
    ]
    let texts = replacements.map { lines in
      Self.file(lines).split(separator: "\n").filter { $0 != "device: " }.joined(separator: "\n")
    }
    for (text, fault) in zip(texts, try SchemaPeer.faults(ofScenarios: texts)) {
      #expect(throws: Never.self, "\(text)") { try Scenario(parsing: text) }
      #expect(fault == nil, "\(text)")
    }
  }

  // MARK: The schema

  /// A part of the schema, by the keys that lead to it.
  private static func part(_ place: [String]) throws -> [String: Any] {
    let text = try Repository.text("docs/schemas/scenario.schema.json")
    var part = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    for key in place { part = part?[key] as? [String: Any] }
    return try #require(part, "there is no \(place)")
  }
}

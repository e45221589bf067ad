import Campaign
import Rules
import Scheduling
import Testing

@testable import Nights

@Suite struct CampaignFileTests {
  private static let scenario = """
    summary: S.
    stack: raw:exact
    workload: { operations: 5 }
    expect: pass
    """

  private func parse(_ text: String) throws -> CampaignFile {
    try CampaignFile(parsing: text) { path in
      guard path == "kv.yaml" else { throw ScenarioError(line: nil, "there is no such file") }
      return try Scenario(parsing: Self.scenario)
    }
  }

  @Test func everyKeyHasItsEffect() throws {
    let file = try parse(
      """
      campaign: qemu-vhdx
      targets:
        - { stack: "vhdx:exact", weight: 3, seeds: 5..9, states: [prefix, torn], ignore: [S05], strategy: pct }
        - { name: known ones, stack: "vhdx:qemu-7.2.22", known: qemu-7.2.22, bugs: [writer.guid-reused] }
        - { stack: "program:qemu-io-vhdx", program: ./qemu-io, commands: ["qemu-img check {image}"], command-timeout: 5 }
        - { scenario: kv.yaml }
      canary: writer.publish-before-log
      accept: { D01-PromiseFinding-70d202c0: "upstream 12" }
      """)
    #expect(file.name == "qemu-vhdx")
    #expect(
      file.targets.map(\.name) == ["vhdx:exact", "known ones", "program:qemu-io-vhdx", "kv.yaml"])
    let first = file.targets[0]
    #expect(first.weight == 3 && first.seeds == SeedRange("5..9"))
    #expect(first.plan.ignoredRules == [.s05] && first.plan.tiers.count == 2)
    #expect(file.targets[1].known?.rules.contains(.r02) == true)
    #expect(
      file.targets[2].commandLimitSeconds == 5 && file.targets[2].plan.executable == "./qemu-io")
    #expect(file.targets[3].plan.scenario?.scenario.summary == "S.")
    #expect(file.canaryPlan?.stack == file.targets[0].plan.stack)
    #expect(
      file.accepted == [AcceptedFinding(name: "D01-PromiseFinding-70d202c0", reason: "upstream 12")]
    )
    let list = try parse("campaign: c\ntargets: [{ stack: \"raw:exact\" }]\naccept: [a, b]")
    #expect(list.accepted.map(\.name) == ["a", "b"])
  }

  @Test(arguments: [
    ("", "the file is empty"),
    ("campaign: c", "the key 'targets' is missing"),
    ("campaign: c\ntargets: []", "line 2: 'targets' names none"),
    (
      "campaign: c\ntarget: []",
      "line 2: unknown key 'target' in 'campaign file'; did you mean 'targets'?"
    ),
    (
      "campaign: c\ntargets: [{ stack: \"raw:exakt\" }]",
      "line 2: unknown stack 'raw:exakt'; did you mean 'raw:exact'?"
    ),
    ("campaign: c\ntargets: [{ weight: 2 }]", "line 2: the key 'stack' is missing"),
    (
      "campaign: c\ntargets: [{ stack: \"raw:exact\", weight: 0 }]",
      "'weight' must be a whole number from 1 to 1000"
    ),
    ("campaign: c\ntargets: [{ stack: \"raw:exact\", seeds: 9..1 }]", "'seeds' must be a range"),
    ("campaign: c\ntargets: [{ stack: \"raw:exact\", bugs: [writer.guid-reused] }]", "line 2: "),
    ("campaign: c\ntargets: [{ stack: \"raw:exact\", known: qemu }]", "unknown set 'qemu'"),
    (
      "campaign: c\ntargets: [{ stack: \"raw:exact\", program: x }]",
      "'program' is the file of a stack of programs"
    ),
    (
      "campaign: c\ntargets: [{ stack: \"raw:exact\" }, { stack: \"raw:exact\" }]",
      "two targets are called 'raw:exact'"
    ),
    (
      "campaign: c\ntargets: [{ stack: \"raw:exact\" }, { name: raw-exact, stack: \"raw:exact\" }]",
      "one folder"
    ),
    ("campaign: c\ntargets: [{ name: ledger, stack: \"raw:exact\" }]", "one folder"),
    (
      "campaign: c\ntargets: [{ scenario: kv.yaml, stack: \"raw:exact\" }]",
      "'stack' is for the scenario to say"
    ),
    ("campaign: c\ntargets: [{ scenario: no.yaml }]", "line 2: no.yaml: there is no such file"),
    ("campaign: c\ntargets: [{ stack: \"raw:exact\", commands: [\"true\"] }]", "expected {image}"),
    (
      "campaign: c\ntargets: [{ stack: \"raw:exact\", preemptions: 1 }]",
      "'preemptions' needs the strategy dfs"
    ),
    ("campaign: c\ntargets: [{ stack: \"raw:exact\" }]\ncanary: no", "line 3: unknown bug 'no'"),
    (
      "campaign: c\ntargets: [{ stack: \"raw:qemu-7.2.22\" }]\ncanary: logger.unit-512",
      "no target can have the canary"
    ),
    ("campaign: c\ntargets: [{ stack: \"raw:exact\" }]\naccept: [a, a]", "stands twice"),
    (
      "campaign: c\ntargets: [{ stack: \"raw:exact\" }]\naccept: { a: }",
      "gives each finding's name a reason"
    ),
    ("a: &x b\ncampaign: *x", "anchors"),
    ("campaign: [", "this is no YAML"),
  ])
  func whatIsWrongIsSaidWithItsLine(text: String, message: String) throws {
    let error = try #require(throws: ScenarioError.self) { try parse(text) }
    #expect(error.description.contains(message), "\(error)")
  }
}

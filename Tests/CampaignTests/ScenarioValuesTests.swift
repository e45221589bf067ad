import Campaign
import Testing

/// Values that are no value, or another than somebody meant, are refused with their line.
@Suite struct ScenarioValuesTests {
  private static let lines = [
    "summary: A sentence.",
    "stack: vhdx:exact",
    "bugs: [writer.tail-early]",
    "device: { bytes: 4MiB, lying: false }",
    "image: { fixed: false }",
    "workload:",
    "  - { task: 0, write: [0, 64KiB], fua: true }",
    "  - { task: 0, flush: true }",
    "  - reopen",
    "  - { task: 1, write: [2MiB, 4KiB] }",
    "schedule: { strategy: pct, seeds: 3..9 }",
    "states: [prefix, drop:1]",
    "expect: { breaks: S07, also: [D01, D03] }",
    "ignore: [D10]",
  ]

  @Test func theGoodFileIsRead() throws {
    _ = try Scenario(parsing: Self.lines.joined(separator: "\n"))
  }

  /// A line from 1, what stands there instead, and a word of the refusal.
  @Test(arguments: [
    (8, "  - { task: 0, flush: false }", "takes nothing"),
    (8, "  - { task: 0, flush: banana }", "banana"), (8, "  - { task: 0, flush: 1 }", "'1'"),
    (8, "  - { task: 0, flush: '' }", "takes nothing"), (8, "  - { task: 0, flush: [] }", "a list"),
    (8, "  - { task: 0, flush: yes }", "yes"),
    (7, "  - { task: 0, write: [0, 64KiB], fua: on }", "'on'"),
    (7, "  - { task: 0, write: [0, 64KiB], fua: 1 }", "'1'"),
    (7, "  - { task: 0.5, write: [0, 64KiB] }", "0.5"),
    (7, "  - { task: -1, write: [0, 64KiB] }", "-1"),
    (7, "  - { task: +1, write: [0, 64KiB] }", "+1"),
    (7, "  - { task: 99999999999999999999, write: [0, 64KiB] }", "99999999999999999999"),
    (7, "  - { task: 0, write: [0, 64KiB, 1] }", "[offset, length]"),
    (7, "  - { task: 0, write: [-512, 64KiB] }", "-512"),
    (9, "  - reopen: false", "false"), (9, "  - reopen: banana", "banana"),
    (9, "  - reopen: 2.5", "2.5"),
    (4, "device: { bytes: 4MiB, lying: yes }", "yes"),
    (4, "device: { bytes: 4MiB, lying: }", "true or false"),
    (4, "device: { bytes: 16E }", "16E"), (4, "device: { bytes: 4MB }", "4MB"),
    (4, "device: { bytes: 4MiB, failing: [1, 1] }", "twice"),
    (4, "device: { bytes: 4MiB, failing: [+1] }", "+1"),
    (4, "device: { bytes: 4MiB, log-failing: [0] }", "counts from 1"),
    (4, "device: { bytes: 4MiB, log-failing: [2, 2] }", "twice"),
    (4, "device: { bytes: 4MiB, log-failing: [2] }", "is for raw:exact"),
    (4, "device: { bytes: 4MiB, bytes: 4MiB }", "twice"), (4, "device:", "mapping"),
    (5, "image: { fixed: 'no' }", "no"),
    (3, "bugs:", "must be a list"), (3, "bugs: [writer.tail-early, writer.tail-early]", "twice"),
    (3, "bugs: [writer.tail-earl]", "did you mean 'writer.tail-early'"),
    (2, "stack: vhdx:exakt", "did you mean 'vhdx:exact'"),
    (12, "states: []", "nothing would be judged"), (12, "states: [prefix, prefix]", "twice"),
    (12, "states: [prefxi]", "did you mean 'prefix'"), (12, "states:", "must be a list"),
    (13, "expect: { breaks: S07, also: [D01, D01] }", "twice"),
    (13, "expect: { breaks: S7 }", "did you mean"), (13, "expect: {}", "breaks"),
    (14, "ignore: [D10, D10]", "twice"), (14, "ignore:", "must be a list"),
    (11, "shedule: { seeds: 1 }", "did you mean 'schedule'"),
    (11, "schedule: { strategy: ptc, seeds: 3..9 }", "did you mean 'pct'"),
    (11, "schedule: { seeds: '' }", "range"), (11, "schedule: { seeds: 9..1 }", "9..1"),
    (4, "device: &all { bytes: 4MiB }", "anchors"),
    (10, "  - &w { task: 1, write: [2MiB, 4KiB] }", "anchors"),
    (10, "  - { <<: { task: 1 }, write: [2MiB, 4KiB] }", "'<<'"),
  ])
  func aValueThatIsNoneIsRefusedWithItsLine(line: Int, text: String, word: String) {
    var lines = Self.lines
    lines[line - 1] = text
    let error = #expect(throws: ScenarioError.self) {
      try Scenario(parsing: lines.joined(separator: "\n"))
    }
    #expect(error?.line == line, "\(error.map { "\($0)" } ?? "")")
    #expect(error?.message.contains(word) == true, "\(error.map { "\($0)" } ?? "")")
  }

  /// A bug of what writes images is none of a raw disk, nor of images that nobody wrote.
  @Test(arguments: [
    ("raw:exact", "writer.tail-early", "[{ write: [0, 4KiB] }]", "vhdx:exact, vhdx:qemu-7.2.0"),
    ("raw:qemu-7.2.22", "recovery.tail-ignored", "[{ write: [0, 4KiB] }]", "vhdx:exact"),
    ("vhdx:exact", "writer.tail-early", "dirty-images", "made up"),
    ("vhdx:exact", "logger.unit-512", "dirty-images", "made up"),
  ])
  func aBugThatAStackCannotHaveIsRefused(stack: String, bug: String, workload: String, word: String)
  {
    let text = """
      summary: A sentence.
      stack: \(stack)
      bugs: [\(bug)]
      workload: \(workload)
      expect: pass
      """
    let error = #expect(throws: ScenarioError.self) { try Scenario(parsing: text) }
    #expect(error?.line == 3)
    #expect(error?.message.contains(word) == true, "\(error.map { "\($0)" } ?? "")")
  }

  /// Aliases of aliases of aliases: some hundred bytes that stand for a billion lists.
  @Test func aliasesAreNotFollowed() {
    var text = "summary: &a [x, x, x, x, x, x, x, x, x]\n"
    for (before, name) in zip("abcdefghi", "bcdefghij") {
      text +=
        "\(name): &\(name) [" + (0..<9).map { _ in "*\(before)" }.joined(separator: ", ") + "]\n"
    }
    let error = #expect(throws: ScenarioError.self) { try Scenario(parsing: text) }
    #expect(error?.line == 1)
  }
}

import Campaign
import Checking
import Host
import Rules
import Scheduling
import Stacks
import TestSupport
import Testing

@testable import Programs

/// The control: a program that does what it is asked by one system call each. What would be found there would
/// be a mistake of ours.
@Suite(.serialized) struct PythonRunTests {
  private let folder: TemporaryFolder
  private let carrier: ProgramCarrier

  init() throws {
    try Peer.python.run(["--version"])
    folder = try TemporaryFolder()
    carrier = try ProgramCarrier(libraryPath: BuiltProduct.preloadedLibrary())
  }

  private func run(seed: UInt64, program: String? = nil) throws -> any DeviceRun {
    var plan = FuzzPlan(
      stack: try #require(StackName("program:python-raw")),
      seeds: SeedRange(first: Seed(seed), last: Seed(seed)))
    plan.executable = program
    let run = carrier.carryOut(plan.configuration(for: Seed(seed)), seed: Seed(seed))
    try #require(run.stall == nil, "\(String(describing: run.stall))")
    return run
  }

  @Test(arguments: 1...UInt64(6))
  func nothingIsFound(seed: UInt64) throws {
    let judgement = try run(seed: seed).judgement(tiers: FuzzPlan.defaultTiers)
    #expect(judgement.violations.isEmpty, "\(judgement.violations)")
    #expect(judgement.promiseCount > 0)
    #expect(Set(judgement.judgedRules).isSuperset(of: [.d01, .d02, .d03, .d06, .l08]))
  }

  @Test func aSeedGivesTheSameLogEachTime() throws {
    let first = try run(seed: 1)
    for _ in 0..<2 {
      let again = try run(seed: 1)
      #expect(again.schedule == first.schedule)
      #expect(again.logBytes == first.logBytes)
    }
  }

  /// Mistakes that are made in its few lines.
  @Test(
    arguments: [
      ("os.fdatasync(file)", "pass", .d01),
      ("os.pread(file, count, offset)", "os.pread(file, count, offset ^ 512)", .d11),
      ("if fua:", "if False:", .d05),
    ] as [(String, String, Rule)])
  func aMistakeIsFoundByItsRule(line: String, mistake: String, rule: Rule) throws {
    let program = folder.path("mistaken")
    try OutputFile.write(
      """
      #!/usr/bin/python3
      import os, sys
      words = ["python3"] + [word.replace('''\(line)''', '''\(mistake)''') for word in sys.argv[1:]]
      os.execvp("python3", words)

      """, to: program)
    try Peer(program: "/bin/chmod", package: "coreutils").run(["+x", program])
    let isFound = try (1...UInt64(12)).contains { seed in
      try run(seed: seed, program: program).judgement(tiers: FuzzPlan.defaultTiers)
        .violations.contains { $0.rule == rule }
    }
    #expect(isFound)
  }
}

import Host

/// The tool itself as its users start it, on one processor and on two.
struct ToolRuns {
  let tool: String
  let folder: String

  private struct Work {
    var name: String
    var summary: String
    var words: [String]
    /// How many of what is counted there are; 1 where the whole is what counts.
    var count = 1
    /// In the unit of the aim; of one processor.
    var aim: (text: String, unitNanoseconds: Double, limit: Double)
    var scales = false
  }

  private func works() throws -> [Work] {
    let hot = "\(folder)/hot.log"
    let epoch = "\(folder)/epoch.log"
    try MadeLogs.hotBlock(entryCount: 8000, to: hot)
    try MadeLogs.oneEpoch(writeCount: 10_000, to: epoch)
    return [
      Work(
        name: "check hot block",
        summary: "`check --states prefix` of 8,000 entries, every other to the same 4 KiB",
        words: ["check", hot, "--states", "prefix"],
        aim: ("seconds to check 8,000 prefixes of a disk with a hot block", 1e9, 0.5)),
      Work(
        name: "check one epoch",
        summary: "`check` of 10,000 writes that nothing is flushed between, its share told",
        words: ["check", epoch],
        aim: ("seconds to check an epoch of 10,000 writes, with the usual limit of states", 1e9, 10)
      ),
      Work(
        name: "check standard log",
        summary: "`check --states prefix,flushed-only,drop:1` of the standard log",
        words: [
          "check", "\(folder)/standard.log", "--states", "prefix,flushed-only,drop:1",
        ],
        aim: ("seconds to check the standard log", 1e9, 3), scales: true),
      Work(
        name: "fuzz vhdx:exact", summary: "`fuzz --stack vhdx:exact --seeds 1..100`",
        words: ["fuzz", "--stack", "vhdx:exact", "--seeds", "1..100"], count: 100,
        aim: ("milliseconds a seed of vhdx:exact (200 a second)", 1e6, 5), scales: true),
      Work(
        name: "fuzz raw:exact", summary: "`fuzz --stack raw:exact --seeds 1..1000`",
        words: ["fuzz", "--stack", "raw:exact", "--seeds", "1..1000"], count: 1000,
        aim: ("milliseconds a seed of raw:exact (1,500 a second)", 1e6, 1 / 1.5), scales: true),
    ]
  }

  func measure(repetitionCount: Int, _ results: inout Results) throws {
    for work in try works() {
      let one = try samples(of: work, jobCount: 1, repetitionCount)
      results.rows.append(
        .init(
          name: work.name, summary: work.summary + " on one processor", times: one,
          isComparable: false))
      results.aims.append(
        .init(
          text: work.aim.text,
          found: Double(one.median) / work.aim.unitNanoseconds / Double(work.count),
          limit: work.aim.limit))
      guard work.scales, Processors.count > 1 else { continue }
      let two = try samples(of: work, jobCount: 2, repetitionCount)
      results.rows.append(
        .init(
          name: "\(work.name), 2", summary: "the same on two", times: two, isComparable: false))
      results.aims.append(
        .init(
          text: "the time of two processors to that of one: \(work.name) (1.8 times as fast)",
          found: Double(two.median) / Double(one.median), limit: 1 / 1.8))
    }
  }

  private func samples(
    of work: Work, jobCount: Int, _ repetitionCount: Int
  ) throws -> Samples {
    var samples = Samples()
    for turn in 0...repetitionCount {
      let start = MonotonicClock.nanoseconds
      let outcome = try ChildProcess.run(argv: [tool] + work.words + ["--jobs", "\(jobCount)"])
      guard outcome.status == .exited(0) else {
        throw BenchmarkError(description: "\(work.name): \(outcome.status)")
      }
      if turn > 0 { samples.nanoseconds.append(MonotonicClock.nanoseconds - start) }
    }
    return samples
  }
}

import Bytes
import CrashStates
import Glibc
import Host
import WriteLog

// powercut-bench [--repetitions N] [--output FOLDER] [--quick]
// powercut-bench --write-standard-log FILE
// powercut-bench --profile-states OPERATIONS TIERS BYTES   judges a run's states ten times, for a profiler
// powercut-bench --programs [the same]      the rows of real programs alone, printed and not kept
//
// A new measurement is one file with a TimedTask, or with a type of its own as the jumps have; it is
// listed in `measure` and its aim in `aims`.

struct Arguments {
  var repetitionCount = 9
  var output = "Reports"
  /// Without the huge log, which takes minutes and gigabytes.
  var isQuick = false
  var hasProgramsOnly = false

  init(_ words: [String]) throws {
    var words = words[...]
    while let word = words.popFirst() {
      switch word {
      case "--quick": isQuick = true
      case "--programs": hasProgramsOnly = true
      case "--output": output = try Self.value(of: word, &words)
      case "--repetitions":
        guard let count = Int(try Self.value(of: word, &words)), count > 0 else {
          throw BenchmarkError(description: "--repetitions takes a number from 1")
        }
        repetitionCount = count
      default:
        throw BenchmarkError(
          description: "unknown: \(word). Usage: [--repetitions N] [--output FOLDER] [--quick]")
      }
    }
  }

  private static func value(
    of option: String, _ words: inout ArraySlice<String>
  ) throws -> String {
    guard let value = words.popFirst() else {
      throw BenchmarkError(description: "\(option) needs a value")
    }
    return value
  }
}

func measure(_ arguments: Arguments, folder: String) throws -> Results {
  var results = Results(
    command: "make bench", processorCount: Processors.count,
    repetitionCount: arguments.repetitionCount)
  if arguments.hasProgramsOnly {
    try measurePrograms(arguments, folder: folder, &results)
    return results
  }
  progress("writing the standard log")
  let log = try StandardLog(writingTo: "\(folder)/standard.log")
  let history = try DiskHistory(
    index: WriteLogIndex(reading: MappedFile.map(log.path)), base: nil,
    initialByteCount: StandardLog.deviceByteCount)
  results.facts.append(("standardLogByteCount", log.byteCount))
  results.facts.append(("entryCount", UInt64(StandardLog.entryCount)))

  let images = try ImageStates()
  let costs = try StateCosts()

  progress("measuring in turn")
  let tasks: [TimedTask] =
    [
      .copy(log, to: "\(folder)/copy.log"), .hash(log), .index(log), .digests(log),
      .replay(log, to: "\(folder)/replayed.img"), .droppedStates(history, upTo: 1),
      .epochEnds(history), .droppedStates(history, upTo: 2), .picks,
      images.judging(images.plain), images.judging(images.recrashed), images.checking(in: folder),
    ] + costs.tasks
  for (task, times) in try TimedTask.alternate(
    tasks, repetitionCount: arguments.repetitionCount)
  {
    results.rows.append(
      .init(name: task.name, summary: task.summary, times: times, isComparable: task.isComparable))
  }

  progress("jumping")
  let jumps = try JumpMeasurement.run(history)
  results.rows.append(
    .init(
      name: "jump",
      summary:
        "one jump to any cut: its digest, its length, \(JumpMeasurement.readCount) reads of 4 KiB",
      times: jumps, isComparable: false))
  results.aims = aims(results, jumps) + imageAims(&results, images) + costs.aims(results)
  progress("the tool on one processor and on two")
  let tool = try "\(Paths.folder(of: Paths.absolute("/proc/self/exe")))/powercut"
  try ToolRuns(tool: tool, folder: folder).measure(
    repetitionCount: min(arguments.repetitionCount, 5), &results)
  progress("replaying beside plain-replay")
  try PlainReplayMeasurement(log, folder: folder)
    .run(repetitionCount: arguments.repetitionCount, &results)
  try measurePrograms(arguments, folder: folder, &results)
  if !arguments.isQuick { try measureHugeLog(arguments, &results) }
  return results
}

func aims(_ results: Results, _ jumps: Samples) -> [Results.Aim] {
  let copy = results.median("cp")
  return [
    .init(
      text:
        "digests of the states that lost up to two writes of an epoch, to `xxhsum -H2` of the log",
      found: results.median("epoch digests") / results.median("xxhsum"), limit: 2),
    .init(
      text: "digests of all states, to `cp` of the log", found: results.median("digests") / copy,
      limit: 0.5),
    .init(
      text: "replay of the last state to a file, to `cp` of the log",
      found: results.median("replay") / copy, limit: 1),
    .init(
      text: "nanoseconds a pick of the schedule (3 million a second)",
      found: results.median("picks") / Double(TimedTask.pickCount), limit: 1000.0 / 3),
    .init(
      text: "a jump to any cut, ms, 99 of 100", found: Double(jumps.percentile(99)) / 1e6, limit: 1),
  ]
}

/// Also notes how many states a second ours and the real program look at.
func imageAims(_ results: inout Results, _ images: ImageStates) -> [Results.Aim] {
  for part in [images.plain, images.recrashed] {
    let seconds = results.median(part.name) / 1e9
    results.facts += [
      ("\(part.factName)StateCount", UInt64(part.stateCount)),
      ("\(part.factName)DistinctStateCount", UInt64(part.distinctStateCount)),
      ("\(part.factName)JudgedStateCount", UInt64(part.judgedStateCount)),
      ("\(part.factName)StatesPerSecond", UInt64(Double(part.stateCount) / seconds)),
      (
        "\(part.factName)DistinctStatesPerSecond", UInt64(Double(part.distinctStateCount) / seconds)
      ),
    ]
  }
  let program = results.median("qemu-img check") / Double(ImageStates.programStateCount)
  results.facts.append(("programStatesPerSecond", UInt64(1e9 / program)))
  return [
    .init(
      text: "microseconds to recover and judge a distinct VHDX state on one core (40,000 a second)",
      found: results.median(images.plain.name) / 1e3 / Double(images.plain.distinctStateCount),
      limit: 25),
    .init(
      text: "the same with torn writes and second power cuts (40,000 a second)",
      found: results.median(images.recrashed.name) / 1e3
        / Double(images.recrashed.distinctStateCount), limit: 25),
  ]
}

func measurePrograms(_ arguments: Arguments, folder: String, _ results: inout Results) throws {
  try measureServer(arguments, folder: folder, &results)
  try measureRecorder(arguments, &results)
}

func measureServer(_ arguments: Arguments, folder: String, _ results: inout Results) throws {
  progress("serving over NBD")
  let tool = try "\(Paths.folder(of: Paths.absolute("/proc/self/exe")))/powercut"
  let outcome = try NBDServerMeasurement(folder: folder, tool: tool)
    .run(repetitionCount: arguments.repetitionCount)
  let work = "\(NBDServerMeasurement.operationCount) random writes of 4 KiB, 16 in flight"
  let client = try FioRun.version(of: "fio")
  let (ours, theirs) = try (FioRun.version(of: tool), FioRun.version(of: "qemu-nbd"))
  results.rows += [
    .init(
      name: "powercut serve", summary: "powercut \(ours), recording: \(work), by \(client) (nbd)",
      times: outcome.ours, isComparable: false),
    .init(
      name: "qemu-nbd", summary: "\(theirs) over blklogwrites: the same",
      times: outcome.theirs, isComparable: false),
  ]
  results.facts += [
    ("serveOperationsPerSecond", outcome.oursPerSecond.sorted()[outcome.oursPerSecond.count / 2]),
    (
      "qemuNBDOperationsPerSecond",
      outcome.theirsPerSecond.sorted()[outcome.theirsPerSecond.count / 2]
    ),
  ]
  let found = Double(outcome.ours.median) / Double(outcome.theirs.median)
  results.aims += [
    .init(
      text: "the time of recorded writes over NBD, to qemu-nbd over blklogwrites", found: found,
      limit: 1),
    .init(
      text: "the same, as it is wished for (twice the operations a second)", found: found,
      limit: 0.5),
  ]
}

func measureRecorder(_ arguments: Arguments, _ results: inout Results) throws {
  progress("recording a program")
  let tool = try "\(Paths.folder(of: Paths.absolute("/proc/self/exe")))/powercut"
  let outcome = try RecordMeasurement(
    folder: "\(arguments.output)/record-benchmark", tool: tool
  ).run(repetitionCount: arguments.repetitionCount)
  let program = try FioRun.version(of: "fio")
  results.rows += [
    .init(
      name: "fio",
      summary: "\(program) (psync): \(RecordMeasurement.operationCount) random writes of 4 KiB, an "
        + "fsync after each 16, on the file system of the reports",
      times: outcome.plain, isComparable: false),
    .init(
      name: "powercut record", summary: "the same under the recorder", times: outcome.recorded,
      isComparable: false),
  ]
  results.aims.append(
    .init(
      text: "the time of fio under the recorder, to the same without",
      found: Double(outcome.recorded.median) / Double(outcome.plain.median), limit: 2))
}

func measureHugeLog(_ arguments: Arguments, _ results: inout Results) throws {
  progress("writing a log of 10 million entries, and reading it")
  try Folders.create(arguments.output)
  let outcome = try HugeLogMeasurement.run(folder: arguments.output)
  results.rows += [
    .init(
      name: "huge index", summary: "the index of 10 million entries in 100 GB",
      times: Samples(nanoseconds: [outcome.indexNanoseconds]), isComparable: false),
    .init(
      name: "huge history", summary: "10 million entries in 7 GB, ready to jump to any cut",
      times: Samples(nanoseconds: [outcome.historyNanoseconds]), isComparable: false),
  ]
  results.facts += [
    ("hugeLogByteCount", outcome.logByteCount),
    ("hugeIndexPeakByteCount", outcome.indexPeakByteCount),
    ("hugeHistoryPeakByteCount", outcome.historyPeakByteCount),
  ]
  results.aims.append(
    .init(
      text: "peak memory with a log of 10 million entries ready to jump to any cut, MiB",
      found: Double(outcome.historyPeakByteCount) / Double(1 << 20), limit: 512))
}

/// A folder in memory-backed storage where there is one, so that no disk is measured.
func withWorkFolder(_ body: (String) throws -> Void) throws {
  let parent =
    Folders.isFolder("/dev/shm") ? "/dev/shm" : Environment.value("TMPDIR") ?? "/tmp"
  let folder = "\(parent)/powercut-bench-\(getpid())"
  try Folders.create(folder)
  defer { Folders.remove(folder) }
  try body(folder)
}

func progress(_ text: String) {
  _ = unsafe write(2, text + "\n", text.utf8.count + 1)
}

do {
  let words = Array(CommandLine.arguments.dropFirst())
  if words.count == 2 && words[0] == "--index-only" {
    try HugeLogMeasurement.indexOnly(words[1])
  } else if words.count == 2 && words[0] == "--history-only" {
    try HugeLogMeasurement.historyOnly(words[1])
  } else if words.count == 4 && words[0] == "--profile-states" {
    try ImageStates.profile(
      operationCount: Int(words[1]) ?? 400, tiers: words[2],
      diskByteCount: UInt64(words[3]) ?? 64 << 20)
  } else if words.count == 2 && words[0] == "--write-standard-log" {
    _ = try StandardLog(writingTo: words[1])
  } else {
    let arguments = try Arguments(words)
    try withWorkFolder { folder in
      let results = try measure(arguments, folder: folder)
      let page = ResultsPage(results: results).text
      print(page)
      if arguments.hasProgramsOnly { return }
      try Folders.create(arguments.output)
      try OutputFile.write(
        ResultsJSON(results: results).text, to: "\(arguments.output)/benchmarks.json")
      try OutputFile.write(page, to: "\(arguments.output)/benchmarks.md")
    }
  }
} catch {
  progress("powercut-bench: \(error)")
  exit(2)
}

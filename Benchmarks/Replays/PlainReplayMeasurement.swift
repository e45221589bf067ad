import Host

/// The tool beside plain-replay, our own plain C program: it takes the place of xfstests' replay-log, which is the tool
/// of the field and has another licence.
struct PlainReplayMeasurement {
  private static let jumpCut = 19_000
  private static let askedCut = 2_000

  private let log: StandardLog
  private let folder: String
  private let tool: String
  private let plain: String

  /// - Throws: ``BenchmarkError`` where plain-replay was not built.
  init(_ log: StandardLog, folder: String) throws {
    self.log = log
    self.folder = folder
    let own = try Paths.folder(of: Paths.absolute("/proc/self/exe"))
    (tool, plain) = ("\(own)/powercut", "\(own)/plain-replay")
    guard Folders.exists(plain) else {
      throw BenchmarkError(description: "\(plain) is not there: 'make bench' builds it")
    }
  }

  func run(repetitionCount: Int, _ results: inout Results) throws {
    let tasks = [
      plainTask("plain-replay", cut: StandardLog.entryCount),
      replayTask("powercut replay", cut: StandardLog.entryCount),
      plainTask("plain-replay at", cut: Self.jumpCut),
      replayTask("powercut replay at", cut: Self.jumpCut),
      plainTask("plain-replay asking", cut: Self.askedCut, program: "true"),
      checkTask("powercut check", command: nil),
      checkTask("powercut check asking", command: "true {image}"),
    ]
    for (task, times) in try TimedTask.alternate(tasks, repetitionCount: repetitionCount) {
      results.rows.append(
        .init(name: task.name, summary: task.summary, times: times, isComparable: false))
    }
    results.aims += aims(results, stateCount: try stateCount())
  }

  private func aims(_ results: Results, stateCount: Int) -> [Results.Aim] {
    let asking = results.median("powercut check asking") - results.median("powercut check")
    let perState = asking / Double(stateCount)
    let perEntry = results.median("plain-replay asking") / Double(Self.askedCut)
    return [
      .init(
        text: "replay of the whole log, to plain-replay, which takes the place of replay-log",
        found: results.median("powercut replay") / results.median("plain-replay"), limit: 0.9),
      .init(
        text: "replay --at \(Self.jumpCut), to plain-replay up to there",
        found: results.median("powercut replay at") / results.median("plain-replay at"), limit: 1),
      .init(
        text:
          "what a state costs that check asks `true` about, to plain-replay with `true` for each "
          + "entry",
        found: perState / perEntry, limit: 1),
      .init(text: "the same, as it is wished for", found: perState / perEntry, limit: 0.5),
    ]
  }

  private func plainTask(_ name: String, cut: Int, program: String? = nil) -> TimedTask {
    let image = "\(folder)/plain.img"
    return TimedTask(
      name: name,
      summary: "\(cut) entries carried out on a file"
        + (program.map { ", and `\($0)` started after each" } ?? ""),
      reset: {
        Folders.remove(image)
        _ = try SparseImageFile(image, byteCount: StandardLog.deviceByteCount).finishForShortUse()
      }, run: { try run([plain, log.path, image, "\(cut)"] + (program.map { [$0] } ?? [])) })
  }

  private func replayTask(_ name: String, cut: Int) -> TimedTask {
    let image = "\(folder)/replayed-by-tool.img"
    return TimedTask(
      name: name, summary: "the whole tool: the image of cut \(cut) in a file, and its digest",
      reset: { Folders.remove(image) },
      run: { try run([tool, "replay", log.path, "--at", "\(cut)", "--output", image]) })
  }

  private func checkTask(_ name: String, command: String?) -> TimedTask {
    TimedTask(
      name: name,
      summary: "`check --states prefix` up to cut \(Self.askedCut)"
        + (command.map { ", `--command '\($0)'`" } ?? ", our own rules only"),
      run: { try run(checkWords(command)) })
  }

  private func checkWords(_ command: String?) -> [String] {
    [tool, "check", log.path, "--states", "prefix", "--to", "\(Self.askedCut)"]
      + (command.map { ["--command", $0] } ?? [])
  }

  /// How many states the command is asked about: those that differ.
  private func stateCount() throws -> Int {
    let text = try run(checkWords("true {image}")).outputText
    let words = text.split { $0 == " " || $0 == "\n" }
    // `command 'true {image}': 1876 distinct states, …`
    guard let place = words.firstIndex(of: "{image}':"), place + 1 < words.count,
      let count = Int(words[place + 1])
    else { throw BenchmarkError(description: "check does not say how many states it had: \(text)") }
    return count
  }

  @discardableResult
  private func run(_ words: [String]) throws -> ChildProcess.Outcome {
    let outcome = try ChildProcess.run(argv: words)
    guard outcome.status == .exited(0) else {
      throw BenchmarkError(description: "\(words): \(outcome.status) \(outcome.errorText)")
    }
    return outcome
  }
}

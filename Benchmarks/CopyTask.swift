import Host

extension TimedTask {
  /// The measure of all others: `cp` of the log within memory-backed storage.
  static func copy(_ log: StandardLog, to path: String) -> TimedTask {
    TimedTask(
      name: "cp", summary: "`cp` of the log to another file of the same folder",
      reset: { Folders.remove(path) },
      run: { try runProgram(["cp", log.path, path]) })
  }

  /// What a program of C takes to read and hash the same bytes.
  static func hash(_ log: StandardLog) -> TimedTask {
    TimedTask(
      name: "xxhsum", summary: "`xxhsum -H2` of the log",
      run: { try runProgram(["xxhsum", "-H2", log.path]) })
  }

  private static func runProgram(_ argv: [String]) throws {
    let outcome = try ChildProcess.run(argv: argv)
    guard outcome.status == .exited(0) else {
      throw BenchmarkError(description: "\(argv[0]): \(outcome.status). \(outcome.errorText)")
    }
  }
}

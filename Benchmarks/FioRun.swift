import Host

/// One run of fio, the client whose operations are measured.
struct FioRun {
  /// What it took, without fio's own start.
  let nanoseconds: UInt64
  let operationsPerSecond: UInt64

  /// - Parameter prefix: what stands in front of fio: a recorder.
  /// - Throws: ``BenchmarkError`` where fio, or what stands in front of it, fails.
  init(_ options: [String], startedBy prefix: [String] = []) throws {
    let argv =
      prefix + ["fio", "--name=bench", "--output-format=terse", "--terse-version=3"] + options
    let outcome = try ChildProcess.run(argv: argv, timeLimit: .seconds(300))
    let line = outcome.outputText.split(separator: "\n").first { $0.hasPrefix("3;fio") }
    let fields = line.map { $0.split(separator: ";", omittingEmptySubsequences: false) } ?? []
    // fio's HOWTO, "Terse output": the writes begin with the 47th field; IOPS and milliseconds are
    // their third and fourth.
    guard outcome.status == .exited(0), fields.count > 50, let iops = UInt64(fields[48]),
      let milliseconds = UInt64(fields[49]), iops > 0
    else {
      throw BenchmarkError(
        description: "\(argv.joined(separator: " ")): \(outcome.status) \(outcome.errorText)")
    }
    operationsPerSecond = iops
    nanoseconds = milliseconds * 1_000_000
  }

  static func version(of program: String) throws -> String {
    let outcome = try ChildProcess.run(argv: [program, "--version"], timeLimit: .seconds(20))
    let line = outcome.outputText.split(separator: "\n").first.map(String.init) ?? program
    return line.split(separator: "(").first.map { $0.trimmingSpaces } ?? line
  }
}

extension Substring {
  fileprivate var trimmingSpaces: String {
    split(separator: " ").joined(separator: " ")
  }
}

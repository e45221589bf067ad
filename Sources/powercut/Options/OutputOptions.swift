import ArgumentParser
import Campaign
import Host
import Reporting
import Stacks
import ToolSupport

extension ColorChoice: ExpressibleByArgument {}

/// The options of every command that reports.
struct OutputOptions: ParsableArguments {
  @Option(help: "How the result is printed: \(ReportForm.list).")
  var format = ReportForm.text

  @Option(help: "Colour of the text: auto, always or never.")
  var color = ColorChoice.auto

  /// Prints the report to stdout, and on stderr what kept it from being whole.
  func write(_ report: RunReport, _ timing: ReportTiming) throws {
    Interrupts.claimEnd()
    try print(report, timing)
  }

  /// Lets `fill` make a report and prints it, also where an error or a signal ended it: what was judged until
  /// then is no less true.
  ///
  /// - Returns: the exit status.
  /// - Throws: `ValidationError` of `fill`: a wrong usage has no report.
  func report(
    _ empty: RunReport, _ stopwatch: Stopwatch, jobCount: Int = 1,
    _ fill: (inout RunReport, inout ReportTiming) throws -> Void
  ) throws -> Int32 {
    var report = empty
    var timing = stopwatch.timing(jobCount: jobCount)
    prepare(report, timing, stopwatch)
    do {
      try fill(&report, &timing)
    } catch let usage as ValidationError {
      throw usage
    } catch {
      report.addObstacle("\(error)")
    }
    // Nothing holds of what was read while somebody changed it.
    do { try LentFile.checkAll() } catch { report.distrustFindings("\(error)") }
    timing.elapsedNanoseconds = stopwatch.elapsedNanoseconds
    try write(report, timing)
    return report.exitStatus
  }

  /// Has `report` printed where a signal comes and the rest does not end by itself, and where a mapped file is
  /// cut short.
  func prepare(_ report: RunReport, _ timing: ReportTiming, _ stopwatch: Stopwatch) {
    let options = self
    Interrupts.setLastWords { options.printLastWords($0, report, timing, stopwatch) }
  }

  /// Prints a report that a signal or a fault has ended.
  ///
  /// - Returns: the exit status.
  func printLastWords(
    _ ending: Interrupts.Ending, _ report: RunReport, _ timing: ReportTiming,
    _ stopwatch: Stopwatch
  ) -> Int32 {
    var partial = report
    switch ending {
    case .signal: partial.isInterrupted = true
    case .fault(let reason): partial.addObstacle(reason)
    }
    var timing = timing
    timing.elapsedNanoseconds = stopwatch.elapsedNanoseconds
    // A full disk or a reader that has gone: the status is all that can be said.
    try? print(partial, timing)
    return partial.exitStatus
  }

  /// Prints a result that is no ``RunReport``.
  func print(_ result: some Printable, _ timing: ReportTiming) throws {
    try StandardStreams.writeResult(
      format.text(of: result, timing, usesColor: color.allows(.output)))
  }

  private func print(_ report: RunReport, _ timing: ReportTiming) throws {
    let unfinished = report.scenarios.flatMap { scenario in
      scenario.obstacles.map { "\(scenario.path): \($0)" }
    }
    for obstacle in report.obstacles + unfinished {
      try StandardStreams.writeProgress("powercut: \(obstacle)\n")
    }
    // Of what was not even begun a person reads the sentence; a program wants its document.
    let isBegun =
      report.counts.states > 0 || !report.findings.isEmpty || report.replay != nil
      || report.scenarios.contains { $0.obstacles.isEmpty }
    if format == .text, !isBegun, !(report.obstacles + unfinished).isEmpty { return }
    try StandardStreams.writeResult(
      format.text(of: report, timing, usesColor: color.allows(.output)))
  }
}

/// How many threads a command uses.
struct JobOptions: ParsableArguments {
  @Option(
    name: .customLong("jobs"),
    help: """
      How many runs are carried out side by side, or with --command how many commands; the result is \
      the same. (default: one for each processor; one run of a real program whose order is to be owned, \
      where that program may not run first in, first out, which needs CAP_SYS_NICE)
      """)
  var givenJobs: Int?

  var jobs: Int { givenJobs ?? Processors.count }

  /// For runs of `stack`. Where the threads of a program that is run under control can be interrupted, a
  /// second run beside it is what interrupts them, and then the order is no longer the seed's.
  func jobs(for stack: StackName) -> Int {
    let isUnderControl = stack.program.map { !$0.hasOwnOrder } ?? false
    return givenJobs ?? (isUnderControl && !FirstInFirstOut.isAllowed ? 1 : Processors.count)
  }

  func validate() throws {
    guard (1...1024).contains(jobs) else { throw ValidationError("--jobs must be from 1 to 1024") }
  }
}

import ArgumentParser
import Campaign
import Host
import Reporting
import Stacks

/// How a report is printed.
enum ReportFormat: String, CaseIterable, ExpressibleByArgument {
  case text
  case json
  case junit
}

extension ColorChoice: ExpressibleByArgument {}

/// The options of every command that reports.
struct OutputOptions: ParsableArguments {
  @Option(help: "How the result is printed: text, json or junit.")
  var format = ReportFormat.text

  @Option(help: "Colour of the text: auto, always or never.")
  var color = ColorChoice.auto

  /// Prints the report to stdout.
  func write(_ report: RunReport, _ timing: ReportTiming) throws {
    Interrupts.claimEnd()
    try StandardStreams.writeResult(text(report, timing))
  }

  /// Has the report of what was done so far printed where a signal comes and the rest does not end by itself.
  func prepare(_ report: RunReport, _ stopwatch: Stopwatch, jobCount: Int) {
    var report = report
    report.isInterrupted = true
    let (options, partial) = (self, report)
    Interrupts.setLastWords {
      // A full disk or a reader that has gone: the status is all that can be said.
      try? StandardStreams.writeResult(
        options.text(partial, stopwatch.timing(jobCount: jobCount)))
      return partial.exitStatus
    }
  }

  private func text(_ report: RunReport, _ timing: ReportTiming) throws -> String {
    switch format {
    case .text: TextReport(report, usesColor: color.allows(.output)).text(timing)
    case .json: try JSONReport(report).text(timing)
    case .junit: JUnitReport(report).text(timing)
    }
  }
}

/// How many threads a command uses.
struct JobOptions: ParsableArguments {
  @Option(
    name: .customLong("jobs"),
    help: """
      How many runs are carried out side by side, or with --command how many commands; the result is \
      the same. (default: one for each processor, and one of real programs)
      """)
  var givenJobs: Int?

  var jobs: Int { givenJobs ?? Processors.count }

  /// For runs of `stack`: those of programs disturb each other's timing.
  func jobs(for stack: StackName) -> Int {
    givenJobs ?? (stack.program == nil ? Processors.count : 1)
  }

  func validate() throws {
    guard (1...1024).contains(jobs) else { throw ValidationError("--jobs must be from 1 to 1024") }
  }
}

/// How long a command takes.
struct Stopwatch {
  private let start = MonotonicClock.nanoseconds

  func timing(jobCount: Int) -> ReportTiming {
    ReportTiming(elapsedNanoseconds: MonotonicClock.nanoseconds - start, jobCount: jobCount)
  }

  var elapsedNanoseconds: UInt64 { MonotonicClock.nanoseconds - start }
}

import ArgumentParser
import Campaign
import Host
import Reporting

/// How a report is printed.
package enum ReportFormat: String, CaseIterable, ExpressibleByArgument {
  case text
  case json
  case junit
}

/// How an inspection is printed.
package enum InspectFormat: String, CaseIterable, ExpressibleByArgument {
  case text
  case json
}

extension InspectFormat {
  /// Has it said that the command was interrupted, where it does not end by itself.
  package func prepareInterruption(of command: String, _ subject: String) {
    let stopwatch = Stopwatch()
    Tool.prepareInterruption {
      var report = RunReport(command: command, subject: subject)
      report.isInterrupted = true
      let timing = stopwatch.timing(jobCount: 1)
      let text =
        switch self {
        case .text: TextReport(report, usesColor: false).text(timing)
        case .json: try JSONReport(report).text(timing)
        }
      try StandardStreams.writeResult(text)
    }
  }
}

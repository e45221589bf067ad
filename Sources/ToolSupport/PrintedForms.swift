import ArgumentParser
import Campaign
import Host
import Reporting

extension ReportForm: ExpressibleByArgument {}

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
      let form: ReportForm = self == .text ? .text : .json
      let text = try form.text(of: report, timing)
      try StandardStreams.writeResult(text)
    }
  }
}

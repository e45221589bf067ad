import Campaign
import Reporting

/// A night with the place where its findings are, so that what is printed names them.
package struct PlacedNightReport: Printable, Sendable {
  package let report: NightReport
  package let paths: CampaignPaths

  package init(_ report: NightReport, _ paths: CampaignPaths) {
    self.report = report
    self.paths = paths
  }

  package func text(_ timing: ReportTiming, usesColor: Bool) -> String {
    NightReportText(report, paths, usesColor: usesColor).text(timing)
  }

  package func json(_ timing: ReportTiming) throws -> String {
    try JSONText.document(NightReportDocument(report, paths, timing))
  }

  package func cases(_ timing: ReportTiming) -> CaseSuite {
    NightReportCases(report, paths).suite(timing)
  }
}

import Campaign
import Nights
import Rules
import Scheduling

/// A finding that has a page: one of this night, or one of an earlier night that this one has looked for.
struct PagedFinding: Sendable {
  enum Place: Sendable {
    case news, undecided, known, gone
  }

  let target: String
  let name: String
  let rule: Rule
  let place: Place
  let mark: StatusMark
  /// For persons.
  private let statusText: String
  /// What was found, in one sentence without its full stop; `nil` where nothing was made of it yet.
  let title: String?
  let shape: String?
  let seeds: [Seed]
  /// `nil` for what this night's seeds do not show.
  let reported: ReportedFinding?
  /// The name of its page.
  fileprivate(set) var page = ""

  /// Those of a report in its order, each with a page of its own.
  static func all(of report: NightReport) -> [PagedFinding] {
    var all = report.findings.map { PagedFinding($0) } + report.earlier.map { PagedFinding($0) }
    var taken: Set<String> = []
    for index in all.indices {
      let word = CampaignPaths.word("\(all[index].target)-\(all[index].name)")
      var page = "\(NightPages.findingPrefix)\(word).html"
      var number = 1
      // Two targets can be one word to a file system.
      while !taken.insert(page).inserted {
        number += 1
        page = "\(NightPages.findingPrefix)\(word)-\(number).html"
      }
      all[index].page = page
    }
    return all
  }

  private init(_ finding: ReportedFinding) {
    target = finding.target
    name = finding.name
    rule = finding.rule
    place = finding.isNews ? .news : finding.status == .undecided ? .undecided : .known
    mark = StatusMark(finding.status)
    statusText = finding.status.text
    title = finding.minimized?.title
    shape = finding.minimized?.shape
    seeds = finding.seeds
    reported = finding
  }

  private init(_ finding: EarlierFinding) {
    target = finding.target
    name = finding.name
    rule = finding.rule
    mark = StatusMark(finding.status)
    title = finding.title
    shape = nil
    seeds = []
    reported = nil
    switch finding.status {
    case .gone:
      place = .gone
      statusText = "gone: it was there since night \(finding.since), until this one"
    case .stillThere:
      place = .known
      statusText = "known since night \(finding.since); tried again, still there"
    case .untried(let reason):
      place = .known
      statusText = "known since night \(finding.since); not tried: \(reason)"
    }
  }

  /// What the mark's word does not say; `nil` where it says all.
  var statusRemark: String? {
    if statusText == mark.word { return nil }
    guard statusText.hasPrefix(mark.word) else { return statusText }
    return String(statusText.dropFirst(mark.word.count).drop { $0 == ":" || $0 == " " })
  }

  /// `1, 5, 9`; `nil` where the kept case alone was tried.
  var seedText: String? {
    if seeds.isEmpty { return nil }
    return seeds.map { "\($0)" }.joined(separator: ", ")
  }
}

import Bytes
import Campaign
import Checking
import Host
import VHDX

/// `powercut check IMAGE`: the static rules of one image, its log replayed in memory.
struct ImageCheck {
  let path: String

  /// Whether the file says that it is a VHDX image.
  static func isImage(_ path: String) throws -> Bool {
    try !Folders.isFolder(path) && ImageInspection.isImage(MappedFile.map(path))
  }

  func report(reproduce: String) throws -> RunReport {
    var report = RunReport(command: "check", subject: path)
    let all = ImageJudge().judge(RegionImage(try MappedFile.map(path)))
    let violations = all.filter { !$0.rule.isAdvice }
    let first = Dictionary(grouping: violations, by: \.rule).values
      .map { repeats in
        var violation = repeats[0]
        violation.repeatCount = repeats.count - 1
        return violation
      }
      .sorted { $0.rule.explanationOrder < $1.rule.explanationOrder }
    let rules = first.map(\.rule)
    report.findings = first.map { violation in
      Finding(
        recorded: violation, alsoBroken: rules.filter { $0 != violation.rule }.sorted(),
        reproduce: reproduce)
    }
    report.counts.states = 1
    report.counts.distinctStates = 1
    report.counts.structureStates = 1
    report.notes = all.filter(\.rule.isAdvice).map {
      "advice \($0.rule.rawValue): \($0.title)"
    }
    report.notes += [
      "an image alone: what its writer did in which order, and what a client was promised, shows in "
        + "a log of its writes only"
    ]
    return report
  }
}

import Campaign
import CrashStates
import Rules
import Testing

@testable import Checking

/// Every rule of a format has a judge, or there is a reason that it has none.
@Suite struct JudgeRegistryTests {
  @Test(arguments: ImageFormats.all.map(\.name))
  func everyRuleOfAFormatHasAJudgeOrAReason(name: String) throws {
    let format = try #require(ImageFormats.named(name))
    let judged = Set(JudgeRegistry.judges(of: format).flatMap(\.rules))
    let left = format.rules.filter { !judged.contains($0) && format.whatIsMissing(for: $0) == nil }
    // Rules that nobody judges: docs/rules.md says so of them, too.
    #expect(left == (name == "vhdx" ? [.g08, .b08] : []), "\(left.map(\.rawValue))")
  }

  @Test func judgesOfAFormatAreForItsRules() {
    for format in ImageFormats.all {
      let rules = Set(format.rules)
      #expect(rules.isSuperset(of: format.stateRules), "\(format.name)")
      #expect(rules.isSuperset(of: format.judges.flatMap(\.rules)), "\(format.name)")
    }
  }

  /// What a judge lacks is the reason that its rules were not judged, unless another judges them.
  @Test func whatAJudgeLacksIsSaidOfItsRules() {
    let report = JudgeReport.lacking("nothing is known", for: [.l05, .l11])
    #expect(report.violations.isEmpty)
    #expect(report.missing == [.l05: "nothing is known", .l11: "nothing is known"])
  }
}

import Campaign

/// Where a campaign keeps what it finds: names alone, nothing is looked at.
package struct CampaignPaths: Hashable, Sendable {
  package let folder: String
  /// Whether the findings of each target have a folder of their own; `fuzz` has one target.
  package let separatesTargets: Bool

  package init(_ folder: String, separatesTargets: Bool) {
    self.folder = folder
    self.separatesTargets = separatesTargets
  }

  /// Those of a folder whose ledgers were read.
  package init(_ folder: String, of history: CampaignHistory) {
    self.init(
      folder, separatesTargets: history.lastNight?.starts.last?.separatesTargets ?? true)
  }

  package static let ledgerName = "ledger"
  /// What the campaign itself has in its folder.
  package static let ownNames = [ledgerName, "report"]
  package static let ledgerSuffix = ".jsonl"

  /// Where the findings of a target are.
  package func findings(of target: String) -> String {
    separatesTargets ? "\(folder)/\(Self.word(target))" : folder
  }

  package func folder(of finding: String, target: String) -> String {
    "\(findings(of: target))/\(finding)"
  }

  /// Where a finding is until it is made smaller.
  package func unshrunk(_ finding: FiledSeed) -> String {
    "\(findings(of: finding.target))/unshrunk-\(finding.rule.rawValue)-seed-\(finding.seed).yaml"
  }

  /// The one line that shows a finding again.
  package func reproduction(of finding: ReportedFinding, in report: NightReport) -> String {
    let isKept = finding.minimized?.shape != nil
    let path =
      isKept
      ? "\(folder(of: finding.name, target: finding.target))/scenario.yaml"
      : unshrunk(
        FiledSeed(target: finding.target, rule: finding.rule, seed: finding.seeds[0]))
    let words = report.targets.first { $0.name == finding.target }?.replayWords ?? []
    return (["powercut", "replay-run", path.shellQuoted] + words).joined(separator: " ")
  }

  /// A target's name as a file system, a browser and the archives of code hosts take it.
  package static func word(_ name: String) -> String {
    String(
      name.map { character in
        let isPlain =
          character.isASCII
          && (character.isLetter || character.isNumber || "._+-".contains(character))
        return isPlain ? character : "-"
      })
  }
}

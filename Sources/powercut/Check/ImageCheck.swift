import Bytes
import Campaign
import Checking
import CrashStates
import Host
import Rules

/// `powercut check IMAGE`: the static rules of one image, a log in it replayed in memory, and on request
/// what a profile's recovery makes of it and of its cuts.
struct ImageCheck {
  let path: String
  let format: any ImageFormat
  /// The format with the recovery that the options name; `nil` where they name none.
  var recovery: (any ImageFormat)?
  /// Empty where none were named.
  var tiers: [Tier] = []
  var seed: UInt64 = 1
  var ignoredRules: Set<Rule> = []

  init(path: String, format: any ImageFormat) {
    self.path = path
    self.format = format
  }

  /// What the file says to be; `nil` where it says nothing.
  static func format(of path: String) throws -> (any ImageFormat)? {
    if Folders.isFolder(path) { return nil }
    return ImageFormats.recognizing(RegionImage(try MappedFile.map(path)))
  }

  func report(reproduce: String) throws -> RunReport {
    var report = RunReport(command: "check", subject: path)
    let bytes = try MappedFile.map(path)
    let findings = format.findings(of: RegionImage(bytes))
    var broken = findings.broken
    report.counts.states = 1
    report.counts.distinctStates = 1
    report.counts.structureStates = 1
    report.notes = [
      findings.refusal.map { "opening: refused, \($0.rule.map { "\($0.rawValue) " } ?? "")\($0)" }
        ?? "opening: the image opens"
    ]
    if let limit = findings.limit { report.addObstacle(limit) }
    if !tiers.isEmpty || recovery != nil {
      let judgement = try recoveries(of: bytes)
      if let limit = judgement.limit, findings.limit == nil { report.addObstacle(limit) }
      let known = Set(broken.map(\.rule))
      broken += judgement.violations.filter { !known.contains($0.rule) && !$0.rule.isAdvice }
      report.counts.states = judgement.stateCount
      report.counts.distinctStates = judgement.distinctStateCount
      report.notes += judgement.tiers.map { $0.text(ignoring: ignoredRules) }
    }
    broken.removeAll { ignoredRules.contains($0.rule) }
    let rules = broken.map(\.rule)
    report.findings = broken.map { violation in
      Finding(
        recorded: violation, alsoBroken: rules.filter { $0 != violation.rule }.sorted(),
        reproduce: reproduce)
    }
    report.unjudgedRules = ignoredRules.sorted().map { ($0, "switched off") }
    report.notes += findings.violations.filter(\.rule.isAdvice).map {
      "advice \($0.rule.rawValue): \($0.title)"
    }
    report.notes += [
      "an image alone: what its writer did in which order, and what a client was promised, shows in "
        + "a log of its writes only"
    ]
    return report
  }

  /// One line as a log's states have them: file, recovered file, virtual disk.
  func digestLine() throws -> String {
    "\(CrashState(cut: 0)): \(try alone(MappedFile.map(path)).digests)\n"
  }

  private func recoveries(of bytes: ByteRegion) throws -> Judgement {
    try alone(bytes).judgement(tiers: tiers.isEmpty ? [.prefix] : tiers, seed: seed)
  }

  private func alone(_ bytes: ByteRegion) throws -> ImageAlone {
    try ImageAlone(bytes, format: recovery ?? format)
  }
}

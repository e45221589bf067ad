import Rules
import Scheduling

/// What is known of the targets after some nights, and what another night adds to that.
package struct KnownFindings: Sendable {
  package struct Entry: Hashable, Sendable {
    package let target: String
    package let finding: MinimizedFinding
    /// The night that it was first seen in.
    package let since: Int
    /// The night that it was last gone in; `nil` while it is there.
    package fileprivate(set) var goneSince: Int?
  }

  package private(set) var entries: [Entry] = []

  package init() {}

  /// What the nights before one have told.
  package init(_ history: CampaignHistory, beforeNight number: Int) {
    for night in history.nights where night.number < number { _ = add(night, of: history) }
  }

  /// Those that are to be tried again, in the order in which they came up.
  package var present: [Entry] { entries.filter { $0.goneSince == nil } }

  /// What a night shows, held against the nights before it.
  struct Judged {
    var findings: [ReportedFinding] = []
    var earlier: [EarlierFinding] = []
  }

  /// Takes a night in.
  mutating func add(_ night: Night, of history: CampaignHistory) -> Judged {
    let starts = night.startedTargets
    let accepted = night.starts.last?.accepted ?? []
    var judged = Judged()
    for target in starts {
      let found = night.targets[target.name]?.found(of: target.name, night.number, history) ?? []
      let told = found.map { reported($0, target, accepted) }
      judged.earlier += earlier(than: told, target, night)
      judged.findings += told
    }
    for finding in judged.findings { remember(finding, night.number) }
    judged.findings.sort { $0.order < $1.order }
    judged.earlier.sort { $0.order < $1.order }
    return judged
  }

  // MARK: What was found

  private func reported(
    _ found: FoundFinding, _ target: StartedTarget, _ accepted: [AcceptedFinding]
  ) -> ReportedFinding {
    ReportedFinding(
      target: target.name, name: found.name, rule: found.rule,
      status: status(of: found, target, accepted), seeds: found.seeds, minimized: found.minimized,
      variants: found.variants)
  }

  private func status(
    of found: FoundFinding, _ target: StartedTarget, _ accepted: [AcceptedFinding]
  ) -> ReportedFinding.Status {
    if let set = target.known, target.knownRules.contains(found.rule) {
      return .knownRule(set: set)
    }
    let own = entries.filter { $0.target == target.name }
    if let match = accepted.first(where: { accepts($0, found, own) }) {
      return .accepted(reason: match.reason)
    }
    guard let kind = found.minimized?.kind else {
      let isRuleKnown = own.contains { $0.goneSince == nil && $0.finding.kind.rule == found.rule }
      return isRuleKnown ? .undecided : .new
    }
    let kin = own.filter { $0.finding.kind.covers(kind) }
    if let known = kin.first(where: { $0.goneSince == nil }) { return .known(since: known.since) }
    if let gone = kin.compactMap(\.goneSince).max() { return .back(goneSince: gone) }
    return .new
  }

  private func accepts(
    _ accepted: AcceptedFinding, _ found: FoundFinding, _ own: [Entry]
  ) -> Bool {
    if accepted.name == found.name || found.variants.contains(accepted.name) { return true }
    guard let kind = found.minimized?.kind else { return false }
    return own.contains { $0.finding.name == accepted.name && $0.finding.kind.covers(kind) }
  }

  // MARK: What was found before

  private mutating func earlier(
    than found: [ReportedFinding], _ target: StartedTarget, _ night: Night
  ) -> [EarlierFinding] {
    var earlier: [EarlierFinding] = []
    for place in entries.indices
    where entries[place].target == target.name && entries[place].goneSince == nil {
      let entry = entries[place]
      if found.contains(where: { $0.shows(entry.finding) }) { continue }
      let status = status(night.answer(target: target.name, name: entry.finding.name))
      if status == .gone { entries[place].goneSince = night.number }
      earlier.append(
        EarlierFinding(
          target: target.name, name: entry.finding.name, rule: entry.finding.kind.rule,
          title: entry.finding.title, since: entry.since, status: status))
    }
    return earlier
  }

  private func status(_ answer: TriedFinding?) -> EarlierFinding.Status {
    guard let answer else { return .untried("no worker came to it") }
    switch answer.answer {
    case .there: return .stillThere
    case .gone: return .gone
    case .untried: return .untried(answer.reason ?? "nobody could tell")
    }
  }

  private mutating func remember(_ finding: ReportedFinding, _ night: Int) {
    guard let minimized = finding.minimized else { return }
    switch finding.status {
    case .back:
      for place in entries.indices where entries[place].target == finding.target {
        if entries[place].finding.kind.covers(minimized.kind) { entries[place].goneSince = nil }
      }
    case .new, .accepted:
      let isThere = entries.contains {
        $0.target == finding.target && $0.goneSince == nil && $0.finding.kind.covers(minimized.kind)
      }
      if isThere { return }
      entries.append(Entry(target: finding.target, finding: minimized, since: night))
    case .undecided, .known, .knownRule: return
    }
  }
}

extension ReportedFinding {
  /// Whether it is the other finding once more.
  fileprivate func shows(_ other: MinimizedFinding) -> Bool {
    guard let minimized else { return false }
    return minimized.kind.isKin(of: other.kind)
  }

  fileprivate var order: (Int, Int, String, String) {
    (status.rank, rule.reportOrder, target, name)
  }
}

extension EarlierFinding {
  fileprivate var order: (Int, Int, String, String) {
    (status.rank, rule.reportOrder, target, name)
  }
}

extension EarlierFinding.Status {
  fileprivate var rank: Int {
    switch self {
    case .gone: 0
    case .stillThere: 1
    case .untried: 2
    }
  }
}

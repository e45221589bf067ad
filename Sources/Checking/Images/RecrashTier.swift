import CrashStates

extension [Tier] {
  /// The tiers to go through: `recrash` takes the states of the others, and of `prefix` where there is
  /// no other.
  var withFirstCrashes: [Tier] {
    allSatisfy { $0 == .recrash } && !isEmpty ? [.prefix] + self : self
  }
}

extension Judgement {
  /// Adds the states of the tier `recrash`, which no enumeration of the log has.
  mutating func add(_ count: RecrashCount) {
    guard let place = tiers.firstIndex(where: { $0.tier == .recrash }) else { return }
    tiers[place].totalStateCount = count.total
    tiers[place].stateCount += count.gone
    tiers[place].distinctStateCount += count.distinct
    tiers[place].judgedStateCount += count.judged
    stateCount += count.gone
    judgedStateCount += count.judged
    distinctStateCount += count.distinct
  }
}

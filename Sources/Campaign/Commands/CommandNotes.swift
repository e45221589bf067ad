import Checking
import CrashStates

extension RunReport {
  /// What commands do not see of the tier `recrash`.
  package static let recrashNote =
    "commands: what a recovery leaves when it is cut (recrash) is not given to them"

  /// Adds what the commands said of all runs: a line each, and the rules that they have left open.
  ///
  /// - Parameters:
  ///   - comparesRecoveries: whether there were images to be recovered.
  ///   - tiers: which states were asked for.
  package mutating func addCommandNotes(comparesRecoveries: Bool, tiers: [Tier]) {
    if counts.commands.isEmpty { return }
    notes += counts.commands.map(\.note)
    if tiers.contains(.recrash) { notes.append(Self.recrashNote) }
    let known = Set(unjudgedRules.map(\.rule))
    unjudgedRules += counts.commands.unjudgedRules(comparesRecoveries: comparesRecoveries)
      .filter { !known.contains($0.rule) }
  }
}

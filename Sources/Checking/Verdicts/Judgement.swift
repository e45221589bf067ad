import CrashStates
import Rules

/// What a recording was found to keep and to break.
package struct Judgement: Sendable {
  /// What one tier came to.
  package struct TierCount: Hashable, Sendable {
    package var tier: Tier
    /// How many states the tier has; 2^64 - 1 for that many and more.
    package var totalStateCount: UInt64
    /// Those that were gone through.
    package var stateCount = 0
    /// Those whose disk no state before had.
    package var distinctStateCount = 0
    /// Those that were judged: no state before had this disk under these promises.
    package var judgedStateCount = 0
    /// The rules that a state of this tier was the first to break, in the order of the states.
    package var brokenRules: [Rule] = []

    package init(tier: Tier, totalStateCount: UInt64) {
      self.tier = tier
      self.totalStateCount = totalStateCount
    }
  }

  /// Causes before consequences; the first of each rule, with how often it repeats.
  package var violations: [Violation] = []
  /// The rules that were judged, ascending.
  package var judgedRules: [Rule] = []
  /// The rules that could not be judged, and what would be needed.
  package var unjudgedRules: [(rule: Rule, reason: String)] = []
  package var entryCount = 0
  /// Marks among the entries.
  package var markCount = 0
  /// Operations of the client of which it was promised, at the last cut, that they survive.
  package var promiseCount = 0
  /// States of which the structures of an image were judged.
  package var structureStateCount = 0
  /// 1 where the disk that the run left was compared with its log's replay.
  package var comparedDiskCount = 0
  package var stateCount = 0
  /// States that differ in their disks.
  package var distinctStateCount = 0
  /// States that differ in their disks or in the promises in force; only these are judged.
  package var judgedStateCount = 0
  package var tiers: [TierCount] = []
  /// How many states there are, where a share was judged because there are more than usual.
  package var sampledFrom: UInt64?
  /// Not every state of the tiers was judged, because somebody ended it.
  package var isCutShort = false
  /// Why the tier `all` was not gone through; the other tiers were.
  package var refusal: CrashStateError?
  /// What kept the states from being judged to their end, and what to do about it: a full disk, a program
  /// that cannot be started. Then nothing that was found until then is a verdict on the run.
  package var obstacle: String?
  /// Why some of the states could not be judged; what was found in the others stands.
  package var limit: String?
  /// What other programs said of the distinct states, in the order in which they were named.
  package var commands: [CommandCounts] = []

  package init() {}

  /// Why the recording is no pass: it could not be judged to the end, or not all of it could.
  package var unjudgedReason: String? { obstacle ?? limit }
}

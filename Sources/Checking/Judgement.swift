import CrashStates

/// What a recording was found to keep and to break.
public struct Judgement: Sendable {
  /// What one tier came to.
  public struct TierCount: Hashable, Sendable {
    public var tier: Tier
    /// How many states the tier has; 2^64 - 1 for that many and more.
    public var totalStateCount: UInt64
    /// Those that were gone through.
    public var stateCount = 0
    /// Those whose disk no state before had.
    public var distinctStateCount = 0
    /// Those that were judged: no state before had this disk under these promises.
    public var judgedStateCount = 0
    /// The rules that a state of this tier was the first to break, in the order of the states.
    public var brokenRules: [Rule] = []

    public init(tier: Tier, totalStateCount: UInt64) {
      self.tier = tier
      self.totalStateCount = totalStateCount
    }
  }

  /// Causes before consequences; the first of each rule, with how often it repeats.
  public var violations: [Violation] = []
  /// The rules that were judged, ascending.
  public var judgedRules: [Rule] = []
  /// The rules that could not be judged, and what would be needed.
  public var unjudgedRules: [(rule: Rule, reason: String)] = []
  public var entryCount = 0
  /// Marks among the entries.
  public var markCount = 0
  /// Operations of the client of which it was promised, at the last cut, that they survive.
  public var promiseCount = 0
  /// States of which the structures of an image were judged.
  public var structureStateCount = 0
  /// 1 where the disk that the run left was compared with its log's replay.
  public var comparedDiskCount = 0
  public var stateCount = 0
  /// States that differ in their disks.
  public var distinctStateCount = 0
  /// States that differ in their disks or in the promises in force; only these are judged.
  public var judgedStateCount = 0
  public var tiers: [TierCount] = []
  /// Not every state of the tiers was judged, because somebody ended it.
  public var isCutShort = false
  /// Why the tier `all` was not gone through; the other tiers were.
  public var refusal: CrashStateError?
  /// What kept the states from being judged to their end, and what to do about it: a full disk, a program
  /// that cannot be started. Then nothing that was found until then is a verdict on the run.
  public var obstacle: String?
  /// What other programs said of the distinct states, in the order in which they were named.
  public var commands: [CommandCounts] = []

  public init() {}
}

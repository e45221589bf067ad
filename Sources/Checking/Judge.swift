import Bytes
import CrashStates
import Workload
import WriteLog

/// What a recording was found to keep and to break.
public struct Judgement: Sendable {
  public struct TierCount: Hashable, Sendable {
    public var tier: Tier
    public var stateCount: Int
    public var distinctStateCount: Int
    /// How many states the tier has; 0 where nobody counted them.
    public var totalStateCount: UInt64 = 0
  }

  /// Causes before consequences; the first of each rule, with how often it repeats.
  public var violations: [Violation] = []
  /// The rules that were judged, ascending.
  public var judgedRules: [Rule] = []
  /// The rules that could not be judged, and what would be needed.
  public var unjudgedRules: [(rule: Rule, reason: String)] = []
  public var entryCount = 0
  public var stateCount = 0
  /// States that differ in digest or in the promises in force; only these are judged.
  public var distinctStateCount = 0
  public var tiers: [TierCount] = []
  /// Not every state of the tiers was judged.
  public var isCutShort = false

  public init() {}
}

/// Judges a recording by every rule that its evidence allows.
public struct Judge {
  public var tiers: [Tier]
  public var seed: UInt64
  /// Asked now and then with the count of states so far; `false` ends the enumeration there.
  private let isGoingOn: (_ stateCount: Int) -> Bool

  public init(
    tiers: [Tier], seed: UInt64, isGoingOn: @escaping (_ stateCount: Int) -> Bool = { _ in true }
  ) {
    self.tiers = tiers
    self.seed = seed
    self.isGoingOn = isGoingOn
  }

  public func judge(_ evidence: Evidence) -> Judgement {
    var list = ViolationList()
    var judged: Set<Rule> = [.l01, .l02, .l03, .l04]
    let headers = evidence.traces.map {
      WrittenHeader.all(in: $0.log, sectorByteCount: evidence.index.sectorByteCount)
    }
    // The traces first: where they break a rule too, they name the operations.
    if let headers, let traces = evidence.traces {
      list.add(ChainTraceJudge(headers: headers).judge())
      list.add(
        SuperblockJudge(
          headers: headers, logTrace: traces.log,
          client: evidence.image == nil ? evidence.client : nil
        ).judge())
      list.add(
        AppendJudge(traces: traces, sectorByteCount: evidence.index.sectorByteCount).judge())
      judged.formUnion(evidence.image == nil ? [.l05, .l11] : [.l11])
    }
    list.add(LogShapeJudge(evidence: evidence).judge())
    judgeOrigins(evidence, headers, &list, &judged)
    if let image = evidence.image {
      judged.formUnion(image.judgedRules)
      list.add(judgeTrace(evidence, &judged))
    }
    if let live = evidence.live {
      list.add(ReplayJudge(evidence: evidence, live: live).judge())
      judged.insert(.l08)
    }
    var judgement = judgeStates(evidence, &list)
    if evidence.client != nil { judged.formUnion([.d01, .d02, .d03, .d04, .d05, .d06, .d07]) }
    judgement.violations = list.sorted
    judgement.judgedRules = judged.sorted()
    let rules = evidence.image == nil ? Rule.ofRawDisks : Rule.allCases
    judgement.unjudgedRules = rules.filter { !judged.contains($0) }.map {
      ($0, Self.whatIsMissing(for: $0))
    }
    judgement.entryCount = evidence.index.entryCount
    return judgement
  }

  /// What needs to know which client operation an entry comes from. Below an image format an operation
  /// of the client is many entries or none, so the rules that pair them are those of a raw disk.
  private func judgeOrigins(
    _ evidence: Evidence, _ headers: [WrittenHeader]?, _ list: inout ViolationList,
    _ judged: inout Set<Rule>
  ) {
    let isRaw = evidence.image == nil
    let origins = EntryOrigins(index: evidence.index, headers: headers)
    guard origins.areKnown else { return }
    var payload = evidence
    if !isRaw { payload.client = nil }
    list.add(PayloadJudge(evidence: payload, origins: origins).judge())
    list.add(DurabilityJudge(evidence: evidence, headers: isRaw ? headers : nil).judge())
    judged.formUnion([.l06, .l09])
    guard isRaw, let client = evidence.client, !evidence.arePromisesImplied else { return }
    list.add(OperationEntryJudge(evidence: evidence, origins: origins, client: client).judge())
    judged.insert(.l07)
  }

  private func judgeTrace(_ evidence: Evidence, _ judged: inout Set<Rule>) -> [Violation] {
    let judge = ImageTraceJudge(
      index: evidence.index, base: StateImage(evidence.history, CrashState(cut: 0)),
      client: evidence.arePromisesImplied ? nil : evidence.client)
    let report = judge.report()
    // Of a log that asks for more work than real ones do, only what was found counts.
    if report.refusal == nil && !report.isCutShort { judged.formUnion(ImageTraceJudge.rules) }
    return report.violations
  }

  private func judgeStates(_ evidence: Evidence, _ list: inout ViolationList) -> Judgement {
    let history = evidence.history
    let promises = evidence.client.map { client in
      Promises(
        client: client, initialByteCount: history.byteCount(atCut: 0),
        discardPromisesZeroes: evidence.discardPromisesZeroes,
        submittedUnits: evidence.submittedUnits ?? { _ in [] })
    }
    promises?.hasUnreportedError = evidence.hasUnreportedError
    let judge = stateJudge(evidence, promises)
    let tiers = tiers.withFirstCrashes
    var seen: Set<StateKey> = []
    var judgement = Judgement()
    judgement.tiers = tiers.map {
      Judgement.TierCount(tier: $0, stateCount: 0, distinctStateCount: 0)
    }
    for (tier, state) in StateEnumerator(history: history, tiers: tiers, seed: seed) {
      if judgement.stateCount % 256 == 255, !isGoingOn(judgement.stateCount) {
        judgement.isCutShort = true
        break
      }
      let place = tiers.firstIndex(of: tier) ?? 0
      judgement.stateCount += 1
      judgement.tiers[place].stateCount += 1
      let key = StateKey(
        digest: history.digest(of: state), generation: promises?.generation(atCut: state.cut) ?? 0)
      guard seen.insert(key).inserted else { continue }
      judgement.distinctStateCount += 1
      judgement.tiers[place].distinctStateCount += 1
      if let found = judge?.judge(state) { list.add(found) }
    }
    if let client = evidence.client, let images = judge as? ImageStateJudge {
      for cut in client.closedCuts { list.add(images.judgeClosed(atCut: cut)) }
    }
    if let recrash = (judge as? ImageStateJudge)?.recrash { judgement.add(recrash.count) }
    return judgement
  }

  private func stateJudge(_ evidence: Evidence, _ promises: Promises?) -> (any StateJudge)? {
    if let image = evidence.image {
      let judge = ImageStateJudge(
        history: evidence.history, evidence: image, promises: promises)
      if tiers.contains(.recrash) { judge.recrash = RecrashJudge(image.recovery, seed: seed) }
      return judge
    }
    return promises.map { PromiseJudge(history: evidence.history, promises: $0) }
  }

  private static func whatIsMissing(for rule: Rule) -> String {
    switch rule {
    case .l05, .l11: "only a simulated run sees when the superblock was written"
    case .l06, .l09: "the log carries no extension of Powercut's recorder"
    case .l08: "the live device was not given (--live FILE)"
    case .l07: "the log carries no marks of what the client was promised"
    case .h09, .h18: "advice: `powercut check IMAGE` tells it of an image that is closed"
    case .m12: "the parent image was not given"
    case .g08, .b08: "it has no judge yet"
    case _ where rule.rawValue.hasPrefix("D"): "there is no history of the client"
    case .s03, .s04, .s09, .r01, .r02, .r03, .r04, .r05, .r06, .r07, .r09, .r11, .r12:
      "recovery is the specification's own here: another one is judged for what it does"
    default: "the order of writes could not be judged to its end, or the base is no image"
    }
  }
}

/// Two states with the same key get the same verdict.
private struct StateKey: Hashable {
  var digest: Digest128
  var generation: Int
}

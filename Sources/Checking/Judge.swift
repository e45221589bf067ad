import Bytes
import CrashStates
import Rules
import Workload
import WriteLog

/// Judges a recording by every rule that its evidence allows.
package struct Judge {
  /// Which crash states are judged.
  package struct Options: Sendable {
    package var tiers: [Tier]
    /// What `random:n`, mixtures and samples draw from.
    package var seed: UInt64
    /// Who wrote the log; `nil` where the log shows it.
    package var origin: LogOrigin?
    /// About so many states are judged, of every tier its share; `nil` for all.
    package var maximumStateCount: UInt64?
    /// Whether somebody will end it when a time is over: then the states are gone through in rounds,
    /// each an even part of every tier.
    package var isTimed = false

    package init(tiers: [Tier], seed: UInt64) {
      self.tiers = tiers
      self.seed = seed
    }
  }

  package var options: Options
  /// Asked now and then with the count of states so far; `false` ends the enumeration there.
  private let isGoingOn: (_ stateCount: Int) -> Bool

  package init(
    _ options: Options, isGoingOn: @escaping (_ stateCount: Int) -> Bool = { _ in true }
  ) {
    self.options = options
    self.isGoingOn = isGoingOn
  }

  package func judge(_ given: Evidence) -> Judgement {
    let evidence = given.withReadablePromises.withComparableDevice
    var list = ViolationList()
    var judged: Set<Rule> = [.l01, .l02, .l03, .l04]
    let headers = evidence.traces.map {
      WrittenHeader.all(in: $0.log, sectorByteCount: evidence.index.sectorByteCount)
    }
    // The traces first: where they break a rule too, they name the operations.
    if let headers, let traces = evidence.traces {
      judgeTraces(traces, evidence, headers, &list, &judged)
    }
    list.add(LogShapeJudge(evidence: evidence).judge())
    judgeOrigins(evidence, headers, &list, &judged)
    judged.formUnion(evidence.format.stateRules)
    let order = evidence.format.judgeOrder(of: evidence)
    judged.formUnion(order.judgedRules)
    list.add(order.violations)
    if let live = evidence.live, KernelLogEnd.obstacle(evidence, origin: options.origin) == nil {
      list.add(ReplayJudge(evidence: evidence, live: live).judge())
      judged.insert(.l08)
    }
    // What was returned was returned, also where nobody can read the disk.
    list.add(given.judgeReads())
    if given.whatReadsLack == nil { judged.insert(.d11) }
    judgePossibleStates(evidence, &list, &judged)
    var judgement = StatesJudge(evidence, options, isGoingOn).judge(&list)
    if evidence.client != nil { judged.formUnion([.d01, .d02, .d03, .d04, .d05, .d06, .d07]) }
    if evidence.opaqueReader != nil { judged.formUnion([.d09, .x03]) }
    judgement.violations = explained(list.sorted, evidence)
    judgement.judgedRules = judged.sorted()
    judgement.unjudgedRules = evidence.format.rules.filter { !judged.contains($0) }.map {
      ($0, whatIsMissing(for: $0, given))
    }
    judgement.entryCount = evidence.index.entryCount
    judgement.markCount = evidence.index.foreignMarkCount
    if judged.contains(.l08), judgement.entryCount > 0 { judgement.comparedDiskCount = 1 }
    return judgement
  }

  private func judgeTraces(
    _ traces: Traces, _ evidence: Evidence, _ headers: [WrittenHeader], _ list: inout ViolationList,
    _ judged: inout Set<Rule>
  ) {
    let overlaps = ChainTraceJudge(headers: headers).judge()
    list.add(overlaps)
    let superblocks = WrittenSuperblock.all(in: traces.log)
    let client = evidence.format.isRaw ? evidence.client : nil
    list.add(SuperblockJudge(headers: headers, client: client, superblocks: superblocks).judge())
    list.add(SessionOpeningJudge(sessions: traces.sessions).judge())
    list.add(
      AppendJudge(traces: traces, sectorByteCount: evidence.index.sectorByteCount).judge())
    judged.formUnion(client == nil ? [.l11] : [.l05, .l11])
    // Where entries share a place nobody can say how many there are.
    guard overlaps.isEmpty else { return }
    list.add(
      CountingJudge(headers: headers, superblocks: superblocks, traces: traces, client: client)
        .judge())
    judged.formUnion(client == nil ? [.l12] : [.l12, .l13])
  }

  /// What needs to know which client operation an entry comes from. Below an image format an operation
  /// of the client is many entries or none, so the rules that pair them are those of a raw disk.
  private func judgeOrigins(
    _ evidence: Evidence, _ headers: [WrittenHeader]?, _ list: inout ViolationList,
    _ judged: inout Set<Rule>
  ) {
    let isRaw = evidence.format.isRaw && !evidence.isOpaque
    let origins = EntryOrigins(index: evidence.index, headers: headers)
    guard origins.areKnown else { return }
    var payload = evidence
    if !isRaw { payload.client = nil }
    list.add(PayloadJudge(evidence: payload, origins: origins).judge())
    list.add(DurabilityJudge(evidence: evidence, headers: isRaw ? headers : nil).judge())
    judged.formUnion([.l06, .l09])
    guard isRaw, let client = evidence.client, !evidence.arePromisesImplied,
      // In a simulated run that no entry names one says that there is none.
      headers != nil || origins.nameOperations
    else { return }
    list.add(OperationEntryJudge(evidence: evidence, origins: origins, client: client).judge())
    judged.insert(.l07)
  }

  /// Only what a state lost needs to be explained.
  private func explained(_ violations: [Violation], _ evidence: Evidence) -> [Violation] {
    guard violations.contains(where: { $0.state?.isPrefix == false }) else { return violations }
    let losses = DecidingLoss(evidence)
    return violations.map { $0.state?.isPrefix == false ? losses.explained($0) : $0 }
  }

  /// What only a simulation can tell: all that the device could have been left with.
  private func judgePossibleStates(
    _ evidence: Evidence, _ list: inout ViolationList, _ judged: inout Set<Rule>
  ) {
    guard options.tiers.contains(.all), let traces = evidence.traces, traces.logFailedAt == nil
    else { return }
    let judge = PossibleStatesJudge(
      history: evidence.history, traces: traces, seed: options.seed)
    guard let violations = judge.judge() else { return }
    list.add(violations)
    judged.insert(.l10)
  }

  private func whatIsMissing(for rule: Rule, _ evidence: Evidence) -> String {
    switch rule {
    case .d11: evidence.whatReadsLack ?? "it was not looked at"
    case _ where evidence.isOpaque && rule.isOfClient:
      "only the program itself can read what its client wrote (--command)"
    case .l05 where !evidence.format.isRaw, .l13 where !evidence.format.isRaw:
      "below an image the client waits for other operations than those of the log"
    case .l12 where evidence.traces != nil, .l13 where evidence.traces != nil:
      "entries that share bytes of the log cannot be counted"
    case .l05, .l11, .l12, .l13: "only a simulated run sees when the superblock was written"
    case .l08 where evidence.traces?.logFailedAt != nil,
      .l10 where evidence.traces?.logFailedAt != nil:
      Evidence.whatFailedLogLacks
    case .l06, .l09: "the log carries no extension of Powercut's recorder"
    case .l10: "only a small simulated run is compared with all its states (tier all)"
    case .l08 where evidence.live != nil:
      KernelLogEnd.obstacle(evidence, origin: options.origin) ?? "it was not looked at"
    case .l08: "the live device was not given (--live FILE)"
    case .l07 where evidence.client == nil || evidence.arePromisesImplied:
      "the log carries no marks of what the client was promised"
    case .l07: "the log does not tell which of the client's operations an entry is of"
    case _ where rule.isOfClient: "there is no history of the client"
    default: evidence.format.whatIsMissing(for: rule) ?? "it has no judge yet"
    }
  }
}

extension Rule {
  /// Whether the rule is about what the client was promised.
  fileprivate var isOfClient: Bool { family == .client }
}

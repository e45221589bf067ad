import Campaign
import Rules
import Scheduling
import Testing

@testable import Nights

/// Ledgers that are written by hand, line by line.
struct LedgerLines {
  var target = "raw"
  var shard = Shard.whole
  var night = 1
  var attempt = 1
  var knownRules: [Rule] = []
  var accepted: [AcceptedFinding] = []
  var canary: String?

  /// - Parameter lines: what follows the start.
  func ledger(_ lines: String...) throws -> [LedgerLine] { try ledger(lines) }

  func ledger(_ lines: [String]) throws -> [LedgerLine] {
    let text = ([start] + lines).map { $0 + "\n" }.joined()
    return try LedgerText.lines(of: text, named: "by hand")
  }

  private var start: String {
    let rules = knownRules.map { "\"\($0.rawValue)\"" }.joined(separator: ",")
    let known = knownRules.isEmpty ? "" : "\"known\":\"set\","
    let accepted = accepted.map { finding in
      let reason = finding.reason.map { ",\"reason\":\"\($0)\"" } ?? ""
      return "{\"name\":\"\(finding.name)\"\(reason)}"
    }.joined(separator: ",")
    let canary = canary.map { "\"canary\":\"\($0)\"," } ?? ""
    return """
      {"line":"start","schemaVersion":1,"campaign":"c","night":\(night),"attempt":\(attempt),\(canary)\
      "shard":{"number":\(shard.number),"count":\(shard.count)},"host":"h","time":"2026-11-30T2\(night):00:0\(attempt)",\
      "toolVersion":"0","separatesTargets":true,"accepted":[\(accepted)],"targets":[{"name":"\(target)","repeatsSeeds":false,\
      "replayWords":[],\(known)"knownRules":[\(rules)],"facts":{"subject":"raw:exact","needsPromises":false,\
      "ignoredRules":[],"seldomJudged":[],"asksForAllStates":false,"isExhaustive":false,"hasImages":false,\
      "asksForRecrash":false}}]}
      """
  }

  /// - Parameter filed: for each rule the seeds that are filed under it, which break nothing else.
  func seeds(
    _ first: UInt64, count: UInt64, _ filed: [String: [UInt64]] = [:],
    time: String = "2026-11-30T21:00:05"
  ) -> String {
    let rules = filed.sorted { $0.key < $1.key }.map { rule, seeds in
      let first = seeds.prefix(3).map { "\"\($0)\"" }.joined(separator: ",")
      return "\"\(rule)\":{\"count\":\(seeds.count),\"first\":[\(first)]}"
    }.joined(separator: ",")
    return """
      {"line":"seeds","target":"\(target)","nanoseconds":7,"time":"\(time)",\
      "progression":{"first":"\(first)","step":\(shard.count),"count":\(count)},\
      "tally":{"seeds":\(count),"broken":{\(rules)},"filed":{\(rules)},\
      "counts":{"runs":\(count),"states":\(count * 10),"promises":\(count)}}}
      """
  }

  func minimized(
    _ rule: String, seed: UInt64, name: String, operations: [String] = ["write"],
    conditions: [String] = []
  ) -> String {
    func list(_ words: [String]) -> String { words.map { "\"\($0)\"" }.joined(separator: ",") }
    return """
      {"line":"minimized","name":"\(name)","title":"t","shape":"raw: t0 write","operationCount":1,\
      "switchCount":0,"lostWriteCount":0,"of":{"target":"\(target)","rule":"\(rule)","seed":"\(seed)"},\
      "kind":{"rule":"\(rule)","judge":"J","conditions":[\(list(conditions))],\
      "operations":[\(list(operations))]}}
      """
  }

  func tried(_ name: String, _ answer: String) -> String {
    "{\"line\":\"tried\",\"target\":\"\(target)\",\"name\":\"\(name)\",\"answer\":\"\(answer)\"}"
  }

  func end(_ reason: String = "seeds", time: String = "2026-11-30T21:10:00") -> String {
    "{\"line\":\"end\",\"reason\":\"\(reason)\",\"time\":\"\(time)\",\"nanoseconds\":1}"
  }
}

import Nights

/// Ledgers as campaigns write them, a night after the other, with every status that a finding can have in the last.
struct LedgerCase {
  /// What stands in every place that a person or a program can fill.
  var campaign = "three-nights"
  var target = "raw:exact"
  var host = "lab-7"
  var title = "byte 0 holds zeroes"
  var shape = "raw: t0 write 0-1"
  var reason = "the vendor knows"
  var stack = "vhdx:exact"
  /// How the last night ends: a line, or none.
  var lastLine =
    #"{"line":"end","nanoseconds":28740000000000,"reason":"time","time":"2026-11-30T06:00:00"}"#
  var canarySeed: String? = "15"

  func report(night: Int? = nil) throws -> NightReport? {
    let ledgers = try [first, second, third].enumerated().map { place, lines in
      try LedgerText.lines(of: lines.joined(separator: "\n") + "\n", named: "night \(place + 1)")
    }
    return NightReport(CampaignHistory(ledgers), night: night)
  }

  // MARK: Nights

  /// Five findings.
  private var first: [String] {
    [
      start(1, "2026-11-28T22:00:00"),
      seeds(1, ["D01": 1, "D02": 2, "D03": 3, "D04": 4, "D05": 5]),
    ]
      + ["D01", "D02", "D03", "D04", "D05"].enumerated().map { minimized($1, $0 + 1) } + [end]
  }

  /// One of them is gone.
  private var second: [String] {
    [start(2, "2026-11-29T22:00:00"), seeds(101, ["D01": 101]), minimized("D01", 101)]
      + [tried("D02", "gone"), tried("D03", "there"), tried("D04", "there"), tried("D05", "there")]
      + [end]
  }

  private var third: [String] {
    [
      start(3, "2026-11-30T22:00:05"),
      seeds(201, ["D01": 201, "D02": 202, "L07": 203, "L08": 204, "D09": 205]),
      // Of the rule D01, and nobody has come to making it smaller.
      seeds(301, ["D01": 301]),
      minimized("D01", 201), minimized("D02", 202), minimized("L07", 203), minimized("L08", 204),
      minimized("D09", 205), tried("D03", "gone"), tried("D04", "there"),
      #"{"line":"obstacle","target":\#(json(target)),"text":\#(json("the disk was full: \(reason)"))}"#,
      canary, lastLine,
    ].filter { !$0.isEmpty }
  }

  // MARK: Lines

  private var canary: String {
    let seed = canarySeed.map { #","seed":"\#($0)""# } ?? ""
    return
      #"{"bug":"writer.publish-before-log","line":"canary"\#(seed),"seedCount":15,"stack":\#(json(stack))}"#
  }

  private var end: String {
    #"{"line":"end","nanoseconds":4184377676,"reason":"seeds","time":"2026-11-28T23:00:00"}"#
  }

  private func start(_ night: Int, _ time: String) -> String {
    let facts =
      #"{"asksForAllStates":false,"asksForRecrash":false,"hasImages":false,"ignoredRules":[],"isExhaustive":false,"needsPromises":false,"seldomJudged":[],"subject":\#(json(target))}"#
    return
      #"{"accepted":[{"name":"D09-J-1","reason":\#(json(reason))}],"attempt":1,"campaign":\#(json(campaign)),"canary":"writer.publish-before-log","host":\#(json(host)),"line":"start","night":\#(night),"separatesTargets":true,"schemaVersion":1,"shard":{"count":1,"number":1},"targets":[{"facts":\#(facts),"known":\#(json(stack)),"knownRules":["L08"],"name":\#(json(target)),"repeatsSeeds":false,"replayWords":[],"version":\#(json(reason))}],"time":"\#(time)","toolVersion":"0.1.0"}"#
  }

  private func seeds(_ first: Int, _ filed: [String: Int]) -> String {
    let rules = filed.keys.sorted().map { rule in
      #""\#(rule)":{"count":1,"first":["\#(filed[rule] ?? 0)"]}"#
    }.joined(separator: ",")
    return
      #"{"line":"seeds","nanoseconds":1000000000,"progression":{"count":10,"first":"\#(first)","step":1},"tally":{"broken":{\#(rules)},"counts":{"distinctStates":585,"entries":847,"promises":189,"runs":10,"states":4699},"filed":{\#(rules)},"seeds":10},"target":\#(json(target)),"time":"2026-11-28T22:00:10"}"#
  }

  private func minimized(_ rule: String, _ seed: Int) -> String {
    #"{"kind":{"conditions":[],"judge":"J","operations":["write"],"rule":"\#(rule)"},"line":"minimized","lostWriteCount":0,"name":"\#(rule)-J-1","of":{"rule":"\#(rule)","seed":"\#(seed)","target":\#(json(target))},"operationCount":1,"shape":\#(json(shape)),"switchCount":0,"title":\#(json(title))}"#
  }

  private func tried(_ rule: String, _ answer: String) -> String {
    #"{"answer":"\#(answer)","line":"tried","name":"\#(rule)-J-1","target":\#(json(target))}"#
  }

  private func json(_ text: String) -> String {
    let escaped = text.unicodeScalars.map { scalar -> String in
      switch scalar {
      case "\"": return "\\\""
      case "\\": return "\\\\"
      case "\n": return "\\n"
      case "\u{0}": return "\\u0000"
      default: return String(scalar)
      }
    }
    return "\"\(escaped.joined())\""
  }
}

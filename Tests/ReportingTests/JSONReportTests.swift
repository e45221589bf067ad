import Campaign
import Checking
import Foundation
import Host
import Reporting
import Scheduling
import TestSupport
import Testing

@Suite struct JSONReportTests {
  private static let timing = ReportTiming(elapsedNanoseconds: .max, jobCount: 3)

  private static let keys = [
    "command", "counts", "findings", "groups", "interrupted", "notes", "outcome", "passed",
    "reasons",
    "replay", "scenarios", "schemaVersion", "seeds", "subject", "timing", "unjudgedRules",
    "version",
  ]
  private static let countKeys = [
    "distinctStates", "entries", "findings", "marks", "promises", "runs", "scenarios", "states",
  ]
  private static let findingKeys = [
    "alsoBroken", "bug", "bytes", "cut", "difference", "entries", "evidence", "found", "judge",
    "operations", "repeats", "reproduce", "rule", "seed", "seedToken", "severity", "state",
    "timeline", "title",
    "token",
  ]
  private static let scenarioKeys = [
    "failure", "outcome", "passed", "path", "promises", "reasons", "runs", "scheduleNote", "seeds",
    "skipped", "states", "summary",
  ]

  private func parsed(_ report: RunReport) throws -> [String: Any] {
    let text = try JSONReport(report).text(Self.timing)
    return try #require(
      JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  private func finding(_ finding: Finding) throws -> [String: Any] {
    let list = try parsed(SampleReport.fuzz([finding]))["findings"] as? [[String: Any]]
    return try #require(list?.first)
  }

  @Test(arguments: [SampleReport.fuzz(), SampleReport.passed(), SampleReport.nothing()])
  func everyKeyIsInEveryReport(report: RunReport) throws {
    let document = try parsed(report)
    #expect(document.keys.sorted() == Self.keys)
    #expect(document["schemaVersion"] as? Int == 2)
    let counts = try #require(document["counts"] as? [String: Any])
    #expect(counts.keys.sorted() == Self.countKeys)
    let timing = try #require(document["timing"] as? [String: Any])
    #expect(timing.keys.sorted() == ["elapsedNanoseconds", "jobs", "scenarioNanoseconds", "start"])
  }

  @Test func everyKeyIsInEveryFinding() throws {
    let full = try finding(SampleReport.finding)
    let bare = try finding(SampleReport.bareFinding)
    #expect(full.keys.sorted() == Self.findingKeys)
    #expect(bare.keys.sorted() == Self.findingKeys)
    for key in ["bug", "cut", "seed", "state", "token"] {
      #expect(bare[key] is NSNull, "\(key)")
      #expect(full[key] != nil && !(full[key] is NSNull), "\(key)")
    }
    for key in ["alsoBroken", "difference", "entries", "evidence", "operations", "timeline"] {
      #expect((bare[key] as? [Any])?.isEmpty == true, "\(key)")
    }
  }

  @Test func everyKeyIsInEveryGroup() throws {
    var report = SampleReport.fuzz()
    report.groups = [try SampleReport.group()]
    let groups = try #require(try parsed(report)["groups"] as? [[String: Any]])
    let group = try #require(groups.first)
    #expect(
      group.keys.sorted() == [
        "endedByClock", "judge", "lostWrites", "name", "operations", "rule", "scenario", "seeds",
        "severity", "shape", "switches",
      ])
    #expect(group["rule"] as? String == "L03")
    #expect(group["severity"] as? String == "data wrong")
    #expect(group["judge"] as? String == "ChainTraceJudge")
    #expect(group["operations"] as? Int == 2)
    #expect(group["lostWrites"] as? Int == 0)
  }

  @Test func everyKeyIsInEveryScenario() throws {
    let document = try parsed(SampleReport.scenarios(failure: "why"))
    let scenarios = try #require(document["scenarios"] as? [[String: Any]])
    #expect(scenarios.map { $0.keys.sorted() } == [Self.scenarioKeys, Self.scenarioKeys])
    #expect(scenarios[0]["failure"] is NSNull)
    #expect(scenarios[0]["passed"] as? Bool == true)
    #expect(scenarios[1]["failure"] as? String == "why")
    #expect(scenarios[1]["passed"] as? Bool == false)
    #expect(document["passed"] as? Bool == false)
    #expect(document["seeds"] is NSNull)
  }

  @Test func seedsAreDecimalTextAndTheRestNumbers() throws {
    let document = try parsed(SampleReport.fuzz())
    let seeds = try #require(document["seeds"] as? [String: String])
    #expect(seeds == ["first": "1", "last": "18446744073709551615"])
    let timing = try #require(document["timing"] as? [String: Any])
    #expect(timing["elapsedNanoseconds"] as? UInt64 == .max)
    let found = try finding(SampleReport.finding)
    #expect(found["seed"] as? String == "18")
    #expect(found["operations"] as? [UInt64] == [7, .max])
  }

  @Test func findingSaysWhatTheTextSays() throws {
    let found = try finding(SampleReport.finding)
    #expect(found["rule"] as? String == "L03")
    #expect(found["title"] as? String == "an entry begins inside another entry")
    #expect(found["found"] as? String == "entry 2 begins at byte 3072 of the log, inside entry 1")
    #expect(found["cut"] as? Int == 37)
    #expect(found["state"] as? String == "cut:37 lost:35,36")
    #expect(found["bug"] as? String == "logger.position-reread")
    #expect(found["alsoBroken"] as? [String] == ["D03", "L06"])
    #expect(found["repeats"] as? Int == 4)
    #expect(found["entries"] as? [Int] == [1, 2])
    #expect(found["token"] as? String == "pc2:choices=0/3+1x2/3")
    #expect(found["reproduce"] as? String == SampleReport.reproduction)
  }

  @Test func countsHaveTheFindings() throws {
    let counts = try #require(parsed(SampleReport.fuzz())["counts"] as? [String: Int])
    #expect(
      counts == [
        "scenarios": 0, "runs": 18, "entries": 900, "states": 4000, "distinctStates": 600,
        "findings": 1, "marks": 0, "promises": 70,
      ])
  }

  @Test func rulesThatWereNotJudgedHaveTheirReasons() throws {
    var report = SampleReport.passed()
    report.unjudgedRules = [(.l05, "no traces")]
    let rules = try #require(parsed(report)["unjudgedRules"] as? [[String: String]])
    #expect(rules == [["rule": "L05", "reason": "no traces"]])
  }

  /// As another parser sees them: in order, and none twice.
  @Test func keysAreSorted() throws {
    let folder = try TemporaryFolder()
    var report = SampleReport.scenarios(failure: "why", [SampleReport.finding])
    report.unjudgedRules = [(.l05, "no traces")]
    try OutputFile.write(JSONReport(report).text(Self.timing), to: folder.path("report.json"))
    try Peer(program: "python3", package: "python3").run([
      "-c",
      """
      import json, sys
      def pairs(found):
          names = [name for name, _ in found]
          assert names == sorted(set(names)), names
          return dict(found)
      json.load(open(sys.argv[1]), object_pairs_hook=pairs)
      """, folder.path("report.json"),
    ])
  }

  @Test func hostileTextComesBackWhole() throws {
    var report = SampleReport.fuzz()
    report.subject = SampleReport.hostileText
    report.notes = [SampleReport.hostileText]
    let document = try parsed(report)
    #expect(document["subject"] as? String == SampleReport.hostileText)
    #expect(document["notes"] as? [String] == [SampleReport.hostileText])
    // On a terminal too: a control character is never written as itself.
    let text = try JSONReport(report).text(Self.timing)
    #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
  }

  @Test func twoReportsDifferInTheirTimingOnly() throws {
    let first = try JSONReport(SampleReport.fuzz()).text(Self.timing)
    let second = try JSONReport(SampleReport.fuzz()).text(
      ReportTiming(elapsedNanoseconds: 1, jobCount: 1))
    let pairs = zip(first.split(separator: "\n"), second.split(separator: "\n"))
    let different = pairs.filter { $0 != $1 }.map { $0.0.split(separator: "\"")[1] }
    #expect(different == ["elapsedNanoseconds", "jobs"])
    #expect(first.hasSuffix("}\n"))
  }
}

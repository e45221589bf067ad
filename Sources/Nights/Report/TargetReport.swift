import Campaign
import Rules
import Scheduling

/// What a night came to for one target.
package struct TargetReport: Sendable {
  package let name: String
  /// A stack with its bugs.
  package let subject: String
  /// What the program says of itself.
  package let version: String?
  /// The name of the set of rules that it is known to break.
  package let known: String?
  package let seeds: SeedRange?
  package let tally: SeedTally
  package let nanoseconds: UInt64
  package let remarks: PlanFacts.Remarks
  /// Why nothing was checked; `nil` where something was.
  package let emptiness: String?
  package let hasRepeatedSeeds: Bool
  package let replayWords: [String]

  init(_ start: StartedTarget, _ night: TargetNight?) {
    name = start.name
    subject = start.facts.subject
    version = start.version
    known = start.known
    seeds = night?.bounds
    tally = night?.tally ?? SeedTally()
    nanoseconds = night?.nanoseconds ?? 0
    remarks = start.facts.remarks(on: tally)
    emptiness =
      tally.seedCount == 0
      ? "no seed was carried out"
      : tally.counts.missingCheck(needsPromises: start.facts.needsPromises)
    hasRepeatedSeeds = night?.hasRepeatedSeeds ?? false
    replayWords = start.replayWords
  }

  /// Why it is of a part only.
  package var obstacles: [String] {
    let stalled = tally.stalled.text.map { text in
      let count = tally.stalled.seeds.count
      return count == 1 ? text : "\(text) (and \(count - 1) more seeds that could not be judged)"
    }
    return (remarks.obstacles + [stalled].compactMap { $0 }).map { "\(name): \($0)" }
  }
}

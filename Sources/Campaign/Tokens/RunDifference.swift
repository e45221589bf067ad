import Checking
import Scheduling

/// The first difference between two runs that must be the same: one seed has given two results.
///
/// That is never the fault of what is under test; it is a mistake of this tool, or of a stack that draws
/// from something else than its seed.
package struct RunDifference: Error, Hashable, Sendable, CustomStringConvertible {
  package var seed: Seed
  /// Where the two differ: `choice 12`, `byte 4096 of the log`.
  package var place: String
  /// What the first and the second run have there.
  package var first: String
  package var second: String

  /// Compares choice by choice, then the bytes of the log; `nil` where all are equal.
  package init?(_ first: any DeviceRun, _ second: any DeviceRun) {
    let difference =
      Self.choices(first, second) ?? Self.steps(first, second) ?? Self.bytes(first, second)
    guard let difference else { return nil }
    self = difference
  }

  /// Compares what the rules said, and of how much; `nil` where all is equal.
  package init?(_ first: JudgedSeed, _ second: JudgedSeed) {
    let difference =
      Self.choices(first.seed, first.steps, second.steps) ?? Self.findings(first, second)
      ?? Self.counts(first, second)
    guard let difference else { return nil }
    self = difference
  }

  private init(_ seed: Seed, _ place: String, _ first: String, _ second: String) {
    self.seed = seed
    self.place = place
    self.first = first
    self.second = second
  }

  package var description: String {
    "seed \(seed) is not the same run twice: at \(place) the first run has \(first), the second \(second)"
  }

  // MARK: Inside

  private static func choices(_ first: any DeviceRun, _ second: any DeviceRun)
    -> RunDifference?
  {
    choices(first.seed, first.record.steps, second.record.steps)
  }

  private static func choices(
    _ seed: Seed, _ first: RunRecord.Steps, _ second: RunRecord.Steps
  ) -> RunDifference? {
    let (left, right) = (first.schedule.choices, second.schedule.choices)
    guard let place = firstDifference(left, right) else { return nil }
    func text(_ choices: [Choice]) -> String {
      place < choices.count ? "\(choices[place].index)/\(choices[place].bound)" : "no choice left"
    }
    return RunDifference(seed, "choice \(place)", text(left), text(right))
  }

  private static func steps(_ first: any DeviceRun, _ second: any DeviceRun) -> RunDifference? {
    if first.stepCount == second.stepCount && first.stall == second.stall { return nil }
    func text(_ run: any DeviceRun) -> String {
      "\(run.stepCount) steps" + (run.stall.map { " and \($0)" } ?? "")
    }
    return RunDifference(first.seed, "the end", text(first), text(second))
  }

  private static func bytes(_ first: any DeviceRun, _ second: any DeviceRun) -> RunDifference? {
    let (left, right) = (first.logBytes, second.logBytes)
    guard let place = firstDifference(left, right) else { return nil }
    func text(_ bytes: [UInt8]) -> String {
      place < bytes.count ? String(bytes[place], radix: 16) : "its end"
    }
    return RunDifference(first.seed, "byte \(place) of the log", text(left), text(right))
  }

  private static func findings(_ first: JudgedSeed, _ second: JudgedSeed) -> RunDifference? {
    guard let place = firstDifference(first.findings, second.findings) else { return nil }
    func text(_ findings: [Finding]) -> String {
      guard place < findings.count else { return "none" }
      let violation = findings[place].violation
      let state = violation.state.map { ", state \($0)" } ?? ""
      return "\(violation.rule.rawValue) (\(violation.title)\(state))"
    }
    return RunDifference(
      first.seed, "finding \(place + 1)", text(first.findings), text(second.findings))
  }

  private static func counts(_ first: JudgedSeed, _ second: JudgedSeed) -> RunDifference? {
    func text(_ seed: JudgedSeed) -> String {
      let judgement = seed.judgement
      return [
        "\(seed.scheduleCount) schedules", "\(judgement.entryCount) entries",
        "\(judgement.stateCount) states", "\(judgement.distinctStateCount) distinct",
        "rules \(judgement.judgedRules.map(\.rawValue).joined(separator: " "))",
      ].listed
    }
    let (left, right) = (text(first), text(second))
    return left == right ? nil : RunDifference(first.seed, "the counts", left, right)
  }

  /// The first place where one has another element, or none; `nil` where the two are equal.
  private static func firstDifference<Element: Equatable>(
    _ left: [Element], _ right: [Element]
  ) -> Int? {
    let common = min(left.count, right.count)
    if let place = (0..<common).first(where: { left[$0] != right[$0] }) { return place }
    return left.count == right.count ? nil : common
  }
}

extension JudgedSeed {
  /// Carries a run out twice and compares the two.
  package init(
    comparing carryOut: () -> JudgedRun, reproduce: String, plan: FuzzPlan? = nil
  ) {
    let (first, second) = (carryOut(), carryOut())
    // Of a run that could not be judged there is nothing to compare.
    if first.obstacle != nil || second.obstacle != nil {
      self.init(first.obstacle != nil ? first : second, reproduce: reproduce, plan: plan)
      return
    }
    self.init(first, reproduce: reproduce, plan: plan)
    difference =
      RunDifference(first.run, second.run)
      ?? RunDifference(self, JudgedSeed(second, reproduce: reproduce, plan: plan))
  }
}

extension FuzzPlan {
  /// The same as ``run(_:)``, carried out twice; ``JudgedSeed/difference`` says whether it was the same.
  package func runTwice(_ seed: Seed) -> JudgedSeed {
    guard case .device(let carrier) = carrier, base.isOneRunOfClient else {
      var result = run(seed)
      result.difference = RunDifference(result, run(seed))
      return result
    }
    return JudgedSeed(
      comparing: {
        JudgedRun(configuration(for: seed), seed: seed, tiers: tiers, carrier: carrier)
      },
      reproduce: reproduction(of: seed), plan: self)
  }
}

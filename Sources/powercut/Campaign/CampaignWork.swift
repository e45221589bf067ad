import Campaign
import CrashStates
import Host
import Nights
import Scheduling

/// One piece of a campaign's work, which any thread can do.
enum CampaignWork: Sendable {
  case seed(Seed)
  case minimize(FiledSeed)
  case retry(KnownCase)
  case canary(CanaryCase)
}

/// What came of it.
enum CampaignOutcome: Sendable {
  case judged(JudgedSeed)
  case minimized(FiledSeed, Minimized)
  case tried(KnownCase, KnownCase.Answer)
  /// `nil` where the time was over before the bug was found.
  case canary(CanaryAnswer?)

  enum Minimized: Sendable {
    case smaller(FindingGroup)
    /// The listed operations alone do not break the rule.
    case unshrinkable(Finding)
    /// The seed does not break the rule when it is carried out again.
    case notAgain
    /// A smaller run could not be judged.
    case unjudged(String)
    /// The time was over.
    case unfinished
  }
}

/// A piece of work of one target; `nil` for what belongs to none.
struct HandedWork: Sendable {
  var target: Int?
  var plan: FuzzPlan
  var work: CampaignWork
  /// Asked while something takes long: whether the campaign goes on.
  var isGoingOn: @Sendable () -> Bool
  /// How long one finding is made smaller at most; `nil` where only the work is limited.
  var minimizingLimitNanoseconds: UInt64?
  /// Whether seeds are carried out twice.
  var verifiesDeterminism = false

  struct Done: Sendable {
    var work: HandedWork
    var outcome: CampaignOutcome
    var nanoseconds: UInt64
  }

  func carryOut() -> Done {
    let start = MonotonicClock.nanoseconds
    let outcome: CampaignOutcome =
      switch work {
      case .seed(let seed):
        .judged(
          CrashNotes.noting(seed: seed.rawValue) {
            verifiesDeterminism ? plan.runTwice(seed) : plan.run(seed)
          })
      case .minimize(let filed): .minimized(filed, minimized(filed))
      case .retry(let known): .tried(known, known.answer(plan, isGoingOn))
      case .canary(let canary): .canary(canary.answer(plan, isGoingOn))
      }
    return Done(
      work: self, outcome: outcome, nanoseconds: MonotonicClock.nanoseconds - start)
  }

  /// The seed is carried out again: so a start that goes on does the same as one that was not killed.
  private func minimized(_ filed: FiledSeed) -> CampaignOutcome.Minimized {
    if filed.rule.needsCommand(for: plan.stack), plan.carrier.judgeWords.isEmpty {
      return .unjudged("it takes the command that judges it (--command)")
    }
    let judged = plan.run(filed.seed)
    guard let finding = judged.findings.first(where: { $0.rule == filed.rule }) else {
      return judged.stalledRun.map { .unjudged("\($0)") } ?? .notAgain
    }
    let deadline = minimizingLimitNanoseconds.map { MonotonicClock.nanoseconds + $0 } ?? .max
    let (isGoingOn, isInTime) = (isGoingOn, { MonotonicClock.nanoseconds < deadline })
    do {
      let group = try FindingGroup.minimizing(
        finding, of: plan, isGoingOn: { isGoingOn() && isInTime() })
      if !isGoingOn() { return .unfinished }
      return group.map { .smaller($0) } ?? .unshrinkable(finding)
    } catch {
      return isGoingOn() ? .unjudged("\(error)") : .unfinished
    }
  }
}

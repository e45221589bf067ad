import Campaign
import CrashStates
import Glibc
import Scheduling
import Stacks

/// What a sample has instead of the tool, which takes minutes more to build:
///
///     powercut-mutant-campaign STACK WORKLOAD STATES SEEDS
///
/// carries out the seeds from 1 on until one breaks a rule, says which, and ends with 1.
@main struct MutantCampaign {
  static func main() {
    let words = CommandLine.arguments.dropFirst()
    guard words.count == 4, let stack = StackName(words[1]),
      let workload = FuzzedWorkload(rawValue: words[2]), let seedCount = UInt64(words[4])
    else {
      print("usage: powercut-mutant-campaign STACK WORKLOAD STATES SEEDS")
      exit(64)
    }
    let tiers = words[3] == "all" ? [Tier.all] : FuzzPlan.defaultTiers
    var plan = FuzzPlan(
      stack: stack, seeds: SeedRange(first: Seed(1), last: Seed(seedCount)), tiers: tiers)
    plan.workload = workload
    for seed in 1...seedCount {
      let judged = plan.run(Seed(seed))
      if let finding = judged.findings.first {
        print("\(finding.rule.rawValue) \(seed)")
        exit(1)
      }
      if judged.stall != nil {
        print("stall \(seed)")
        exit(1)
      }
    }
  }
}

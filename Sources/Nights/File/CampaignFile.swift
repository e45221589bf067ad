import Campaign
import Scheduling
import Stacks

/// What a campaign is about: `powercut campaign FILE`.
package struct CampaignFile: Sendable {
  package var name: String
  package var targets: [CampaignTarget]
  /// A bug that is planted once a night to see that it is found.
  package var canary: PlantedBug?
  package var accepted: [AcceptedFinding] = []

  package init(name: String, targets: [CampaignTarget]) {
    precondition(!targets.isEmpty, "a campaign is about something")
    self.name = name
    self.targets = targets
  }

  /// Where the canary is planted: the first target that can have it and is right without it.
  package var canaryPlan: FuzzPlan? { canary.flatMap { bug in targets.firstPlan(with: bug) } }
}

extension [CampaignTarget] {
  fileprivate func firstPlan(with bug: PlantedBug) -> FuzzPlan? {
    for target in self where target.plan.stack.profile == .exact {
      var plan = FuzzPlan(
        stack: target.plan.stack, bugs: [bug], seeds: CanarySearch.seeds, isGoingOn: false)
      let workload = CataloguedBug.all.first { $0.bug == bug }?.workload
      plan.workload = workload ?? .client
      if (try? plan.base.validate()) != nil { return plan }
    }
    return nil
  }
}

/// How long a planted bug is looked for.
package enum CanarySearch {
  /// The latest of the bugs that are planted is found within some hundred seeds (Reports/bug-benchmark.md).
  package static let seeds = SeedRange(first: Seed(1), last: Seed(2_000))
}

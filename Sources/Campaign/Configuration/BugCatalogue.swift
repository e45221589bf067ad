import Checking
import Rules
import Scheduling
import Stacks

/// A planted bug, the rules that name it, and where it is looked for.
package struct CataloguedBug: Hashable, Sendable {
  package var bug: PlantedBug
  /// A finding of any of these counts; one of another rule does not.
  package var rules: [Rule]
  /// Whether the bug is one of the public catalogue, and counts in its aims.
  package var isInCatalogue: Bool

  package var identifier: String { bug.identifier }

  /// The stack that is right but for this bug.
  package var stack: StackName {
    bug.stacks.first { $0.profile == .exact } ?? StackName(image: .raw, profile: .exact)
  }

  /// Mistakes of recovery show on made-up images, the others under a client.
  package var workload: FuzzedWorkload {
    if case .recovery = bug { return .dirtyImages }
    return .client
  }

  /// The strategies to compare: made-up images are recovered by one task, so that there is nothing to
  /// schedule.
  package var strategies: [StrategyName] {
    workload == .dirtyImages ? [.auto] : StrategyName.allCases
  }

  /// The campaign that looks for this bug.
  package func plan(_ strategy: StrategyName, seeds: SeedRange) -> FuzzPlan {
    var plan = FuzzPlan(stack: stack, bugs: [bug], seeds: seeds, schedule: .strategy(strategy))
    plan.workload = workload
    return plan
  }

  /// Every planted bug, in the order of the catalogue, those beyond it last.
  package static let all: [CataloguedBug] = {
    let all = PlantedBug.all.map {
      CataloguedBug(bug: $0, rules: $0.row.rules, isInCatalogue: $0.row.isInCatalogue)
    }
    return all.filter(\.isInCatalogue) + all.filter { !$0.isInCatalogue }
  }()
}

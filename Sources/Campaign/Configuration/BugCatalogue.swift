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
    guard case .stack(let bug) = bug, BugSwitch.loggerBugs.contains(bug) else {
      return StackName(image: .vhdx, profile: .exact)
    }
    return StackName(image: .raw, profile: .exact)
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
  package static let all: [CataloguedBug] =
    catalogue.map { read($0, isInCatalogue: true) }
    + beyond.map { read($0, isInCatalogue: false) }

  private static func read(
    _ row: (identifier: String, rules: [Rule]), isInCatalogue: Bool
  ) -> CataloguedBug {
    guard let bug = PlantedBug(row.identifier) else {
      preconditionFailure("\(row.identifier) is a bug that can be planted")
    }
    return CataloguedBug(bug: bug, rules: row.rules, isInCatalogue: isInCatalogue)
  }

  private static let catalogue: [(identifier: String, rules: [Rule])] = [
    ("logger.position-reread", [.l03]),
    ("logger.position-after-write", [.l03]),
    ("logger.count-early", [.l04]),
    ("logger.count-not-on-flush", [.l05]),
    ("logger.flush-at-submission", [.l09]),
    ("logger.flush-covers-later", [.l09]),
    ("logger.fua-unmarked", [.l05, .l07]),
    ("logger.failed-write-logged", [.l07]),
    ("logger.zeroes-not-written", [.l06]),
    ("logger.discard-counted-as-data", [.l11]),
    ("logger.size-unlogged", [.l08]),
    ("logger.unit-512", [.l02, .l08]),
    ("writer.trailing-read", [.d01, .b06]),
    ("writer.guid-before-entry", [.s05, .d10]),
    ("writer.header-errors-ignored", [.d07]),
    ("writer.payload-not-stable", [.d03]),
    ("writer.entry-not-stable", [.s08]),
    ("writer.home-not-stable", [.r10]),
    ("writer.publish-before-log", [.d01]),
    ("writer.bat-restored-under-writer", [.d07]),
    ("writer.tail-early", [.s07]),
    ("writer.ring-reused-early", [.s06]),
    ("writer.both-headers-one-epoch", [.h12]),
    ("writer.guid-reused", [.h17, .s09]),
    ("writer.last-offset-stale", [.e12, .r06]),
    ("writer.checksum-short", [.e02]),
    ("writer.block-reused-unbarriered", [.d03]),
    ("recovery.second-entry-unchecked", [.r04]),
    ("recovery.first-number-compared", [.s03]),
    ("recovery.tail-ignored", [.r04]),
    ("recovery.mismatch-skips-sector", [.s04]),
    ("recovery.bad-descriptor-fatal", [.r11, .d09]),
    ("recovery.bad-checksum-skips-claim", [.s04]),
    ("recovery.no-growth-at-mebibyte", [.r06]),
    ("recovery.growth-overflow", [.r06, .r11]),
    ("recovery.flushed-offset-every-entry", [.r03]),
    ("recovery.opens-without-sequence", [.r02]),
    ("recovery.data-signature-unchecked", [.e10]),
    ("recovery.data-sequence-late", [.e10, .r11]),
    ("recovery.targets-unchecked", [.e11]),
    ("recovery.zero-length-unbounded", [.e09]),
    ("recovery.length-unchecked", [.e03]),
    ("recovery.descriptors-beyond-first-sector", [.r11]),
    ("recovery.search-never-ends", [.d09]),
    ("recovery.clears-before-stable", [.r10, .d08]),
    ("recovery.data-guid-changed", [.h15]),
    ("recovery.reads-old-guid", [.s09]),
    ("recovery.read-only-writes", [.r12]),
  ]

  /// What reading QEMU's recovery brought up besides, running QEMU, and looking for promises that no rule
  /// held; and the mistakes that only reads show.
  private static let beyond: [(identifier: String, rules: [Rule])] = [
    ("recovery.growth-every-entry", [.r06]),
    ("recovery.growth-cuts-off", [.r05]),
    ("recovery.full-ring-refused", [.d09]),
    ("recovery.fields-unchecked", [.e06]),
    ("writer.log-error-keeps-block", [.d06, .d07]),
    ("reader.block-before-zeroing", [.d11]),
    ("reader.stale-table", [.d11]),
    ("reader.torn-across-blocks", [.d11]),
    ("logger.append-at-count", [.l03, .l11]),
    ("logger.count-not-at-close", [.l12]),
    ("logger.interval-ignored", [.l13]),
    ("writer.zeroes-unmapped", [.d04]),
  ]
}

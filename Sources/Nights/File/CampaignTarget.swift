import Campaign
import Checking
import Rules
import Scheduling

/// One thing under test of a campaign, and how much of the night is its.
package struct CampaignTarget: Sendable {
  /// The same from night to night, also where its options change: what is known of it is known by this name.
  package var name: String
  /// Its part of the time, beside those of the others.
  package var weight = 1
  /// The same seeds every night; `nil` where each night goes on after the last one.
  package var seeds: SeedRange?
  package var known: KnownSet?
  /// What judges its crash states beside our rules.
  package var commands: [ImageCommand] = []
  /// How long a command may take for one image, in seconds.
  package var commandLimitSeconds: UInt64 = 60
  /// What its seeds are made of; without what makes the runs, which only the tool has.
  package var plan: FuzzPlan

  package init(name: String, plan: FuzzPlan) {
    self.name = name
    self.plan = plan
  }

  /// The seeds of a night, or all there are.
  package var seedRange: SeedRange { seeds ?? SeedRange(first: Seed(1), last: Seed(.max)) }
}

/// A finding that somebody has looked at and lives with.
package struct AcceptedFinding: Hashable, Codable, Sendable {
  package var name: String
  /// `nil` where nobody wrote one.
  package var reason: String?

  package init(name: String, reason: String?) {
    self.name = name
    self.reason = reason
  }
}

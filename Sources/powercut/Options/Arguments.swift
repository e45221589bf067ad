import ArgumentParser
import Bytes
import Campaign
import Checking
import CrashStates
import Nights
import Rules
import Scheduling
import Stacks

extension SeedRange: ExpressibleByArgument {
  package init?(argument: String) { self.init(argument) }
}

/// A strategy by its name, or `dfs`: every schedule.
struct StrategyArgument: ExpressibleByArgument {
  /// `nil` for every schedule.
  var strategy: StrategyName?

  init(_ strategy: StrategyName?) {
    self.strategy = strategy
  }

  init?(argument: String) {
    strategy = StrategyName(rawValue: argument)
    if strategy == nil && argument != ExhaustiveBound.strategyName { return nil }
  }

  static var allValueStrings: [String] {
    StrategyName.allCases.map(\.rawValue) + [ExhaustiveBound.strategyName]
  }

  var defaultValueDescription: String { strategy?.rawValue ?? ExhaustiveBound.strategyName }

  /// - Parameter preemptionLimit: of every schedule.
  func source(preemptionLimit: Int?) -> ScheduleSource {
    strategy.map { .strategy($0) } ?? .exhaustive(ExhaustiveBound(preemptionLimit: preemptionLimit))
  }
}

extension FuzzedWorkload: ExpressibleByArgument {}

extension PlantedBug: ExpressibleByArgument {
  package init?(argument: String) { self.init(argument) }
  package static var allValueStrings: [String] { all.map(\.identifier) }
}

extension StackName: ExpressibleByArgument {
  package init?(argument: String) { self.init(argument) }
  package static var allValueStrings: [String] { allNames }
}

/// `prefix,drop:1`: crash states by tier.
struct TierList: ExpressibleByArgument {
  var tiers: [Tier]

  init(_ tiers: [Tier]) {
    self.tiers = tiers
  }

  init?(argument: String) {
    guard let tiers = try? Self.parse(argument) else { return nil }
    self.init(tiers)
  }

  /// - Throws: an error that lists what is allowed.
  static func parse(_ text: String) throws -> [Tier] {
    try Tier.list(parsing: text)
  }

  var defaultValueDescription: String { tiers.map { "\($0)" }.joined(separator: ",") }
}

/// `S05,D10`: rules by their identifiers.
struct RuleList: ExpressibleByArgument {
  var rules: Set<Rule> = []

  init() {}

  init?(argument: String) {
    for word in argument.split(separator: ",", omittingEmptySubsequences: false) {
      guard let rule = Rule(rawValue: String(word)) else { return nil }
      rules.insert(rule)
    }
  }

  var defaultValueDescription: String {
    rules.sorted().map(\.rawValue).joined(separator: ",")
  }
}

/// A set of rules that a released program is known to break.
struct KnownSetArgument: ExpressibleByArgument {
  static var allValueStrings: [String] { KnownSet.all.map(\.name) }

  var set: KnownSet

  init?(argument: String) {
    guard let set = KnownSet(argument) else { return nil }
    self.set = set
  }
}

/// `90s`, `30m`, `8h`, or seconds without a unit.
struct DurationArgument: ExpressibleByArgument {
  var nanoseconds: UInt64

  init?(argument: String) {
    let units: [Character: UInt64] = ["s": 1, "m": 60, "h": 3600]
    let unit = argument.last.flatMap { units[$0] }
    guard let count = UInt64(unit == nil ? argument : String(argument.dropLast())), count > 0,
      count <= 1_000_000
    else { return nil }
    nanoseconds = count * (unit ?? 1) * 1_000_000_000
  }

  init(seconds: UInt64) {
    nanoseconds = seconds * 1_000_000_000
  }

  var defaultValueDescription: String { "\(nanoseconds / 1_000_000_000)s" }
}

/// `2/4`: the second of four parts of the seeds.
struct ShardArgument: ExpressibleByArgument {
  var number: UInt64
  var count: UInt64

  init?(argument: String) {
    let parts = argument.split(separator: "/", omittingEmptySubsequences: false).map { UInt64($0) }
    guard parts.count == 2, let number = parts[0], let count = parts[1], number >= 1,
      number <= count, count <= 1_000_000
    else { return nil }
    self.number = number
    self.count = count
  }

  var shard: Shard { Shard(number: number, count: count) }
}

import ArgumentParser
import Checking
import CrashStates
import Rules
import ToolSupport

/// How much of the states is judged where all of them would take too long.
///
/// Without a word about it there is a limit, too, that no log of a test meets: nobody waits for hours where
/// nobody asked for it, and the share is told.
struct StateBudgetOptions: ParsableArguments {
  /// Our own rules look at some ten thousand states a second at least.
  static let usualStateCount: UInt64 = 1 << 19
  /// A command takes milliseconds.
  static let usualCommandStateCount: UInt64 = 1 << 16

  @Option(
    help: """
      Judge about so many states, drawn with the seed, of every tier a share; 'all' for all of them. Without this \
      and --duration it is \(usualStateCount), or \(usualCommandStateCount) of those that commands judge.
      """)
  var maxStates: StateLimit?

  @Option(help: "Judge for this long, every tier evenly: 90s, 30m.")
  var duration: DurationArgument?

  func validate() throws {
    if maxStates != nil, duration != nil {
      throw ValidationError("--max-states and --duration both end the judging: use one")
    }
  }

  func isOver(_ stopwatch: Stopwatch) -> Bool {
    duration.map { stopwatch.elapsedNanoseconds >= $0.nanoseconds } ?? false
  }

  /// About so many states are judged, however many there are.
  var wantedStateCount: UInt64? {
    guard case .count(let count) = maxStates else { return nil }
    return count
  }

  /// The same where nobody said anything, of a usual number.
  func stateCount(usually usualCount: UInt64) -> UInt64? {
    maxStates == nil && duration == nil ? usualCount : nil
  }

  /// A sample, where there are more states.
  func sample(of counts: [UInt64], usually usualCount: UInt64) -> StateSample? {
    StateSample(
      stateCounts: counts, wantedStateCount: wantedStateCount,
      usualStateCount: stateCount(usually: usualCount))
  }

  /// What is said where the usual limit was met.
  static func note(on totalCount: UInt64) -> String {
    let all = totalCount == .max ? "2^64 or more" : "\(totalCount)"
    return """
      sampled: there are \(all) states, and a share of each tier was judged; --max-states all judges all of them, \
      --duration as many as a time allows
      """
  }

  /// The same options as they are typed, but for the duration: it is not repeatable.
  var words: [String] { maxStates.map { ["--max-states", "\($0)"] } ?? [] }
}

/// How many states are judged.
enum StateLimit: ExpressibleByArgument, Equatable, CustomStringConvertible {
  case all
  /// At least one.
  case count(UInt64)

  init?(argument: String) {
    if argument == "all" {
      self = .all
    } else if let count = UInt64(argument), count > 0 {
      self = .count(count)
    } else {
      return nil
    }
  }

  var description: String {
    switch self {
    case .all: "all"
    case .count(let count): "\(count)"
    }
  }
}

extension Judgement.TierCount {
  /// One line: how many states, what came of them, and how much that is of all.
  func text(ignoring ignoredRules: Set<Rule>) -> String {
    var text = "\(tier): \(stateCount) states"
    if totalStateCount > UInt64(stateCount), stateCount > 0 {
      let all = totalStateCount == .max ? "2^64 or more" : "\(totalStateCount)"
      text += " of \(all) (\(share))"
    }
    text += ", \(distinctStateCount) distinct, \(judgedStateCount) judged"
    let rules = brokenRules.filter { !ignoredRules.contains($0) }.sorted().map(\.rawValue).joined(
      separator: ", ")
    return text + (rules.isEmpty ? "" : "; first to break \(rules)")
  }

  private var share: String {
    let perMille = Double(stateCount) / Double(totalStateCount) * 1000
    return perMille < 1 ? "below 0.1 %" : "\(Int(perMille) / 10).\(Int(perMille) % 10) %"
  }
}

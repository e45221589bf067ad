import ArgumentParser
import Checking
import CrashStates
import Rules
import ToolSupport

/// How much of the states is judged where all of them would take too long.
struct StateBudgetOptions: ParsableArguments {
  @Option(help: "Judge about so many states, drawn with the seed, of every tier a share.")
  var maxStates: UInt64?

  @Option(help: "Judge for this long, every tier evenly: 90s, 30m.")
  var duration: DurationArgument?

  func validate() throws {
    if maxStates == 0 { throw ValidationError("--max-states must be 1 or more") }
    if maxStates != nil, duration != nil {
      throw ValidationError("--max-states and --duration both end the judging: use one")
    }
  }

  func isOver(_ stopwatch: Stopwatch) -> Bool {
    duration.map { stopwatch.elapsedNanoseconds >= $0.nanoseconds } ?? false
  }

  /// The same options as they are typed, but for the duration: it is not repeatable.
  var words: [String] { maxStates.map { ["--max-states", "\($0)"] } ?? [] }
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

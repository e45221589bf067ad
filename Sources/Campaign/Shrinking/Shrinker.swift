import Checking
import CrashStates
import Rules
import Scheduling

/// Makes a run that breaks a rule as small as it can be while it breaks the same rule: fewer operations,
/// tasks and switches between them, shorter ranges, the usual configuration, the fewest crash states.
///
/// Everything is decided by carrying smaller runs out, so the result is as true as the run it came from.
/// The same run gives the same result, unless it is ended by the clock.
package struct Shrinker {
  /// About how much work is done before the smallest case so far has to do: steps of runs, and 16 for each
  /// judged crash state.
  package static let usualWorkLimit = 3_000_000

  private var trials: ShrinkTrials
  private let isGoingOn: () -> Bool

  /// - Parameters:
  ///   - judged: a run of a client's operations.
  ///   - isGoingOn: asked before each run; `false` ends the shrinking.
  /// - Returns: `nil` where the listed operations do not break the rule.
  /// - Throws: where their run could not be judged.
  package init?(
    _ judged: JudgedRun, rule: Rule, workLimit: Int = Shrinker.usualWorkLimit,
    isGoingOn: @escaping () -> Bool = { true }
  ) throws(StalledRun) {
    self.isGoingOn = isGoingOn
    guard
      let trials = try ShrinkTrials(
        ShrinkCase(of: judged.run, tiers: judged.tiers), rule: rule,
        carrier: judged.carrier, workLimit: workLimit, isGoingOn: isGoingOn)
    else { return nil }
    self.trials = trials
  }

  /// - Throws: where a smaller run could not be judged, so that nobody knows whether it is one.
  package mutating func shrink() throws(StalledRun) -> ShrunkCase {
    trials.simplifyStates()
    trials.cutTail()
    repeatWhileSmaller { trials in
      trials.dropTasks()
      trials.dropSessions()
      trials.dropOperations()
      trials.mergeTasks()
      trials.mergeTurns()
      trials.simplifyConfiguration()
      trials.simplifyOperations()
      trials.simplifyStates()
    }
    repeatWhileSmaller { trials in
      trials.dropOperations(searching: 200)
      trials.searchSwitches(upTo: 2000)
      trials.moveOperations(searching: 400)
      trials.simplifyOperations()
      trials.simplifyConfiguration()
      trials.renumberTasks()
    }
    if let obstacle = trials.obstacle { throw obstacle }
    return ShrunkCase(trials, wasEndedByClock: !isGoingOn())
  }

  private mutating func repeatWhileSmaller(_ passes: (inout ShrinkTrials) -> Void) {
    var before: ShrinkCase
    repeat {
      before = trials.best
      passes(&trials)
    } while trials.best != before && !trials.isOver
  }
}

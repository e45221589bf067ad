import Campaign
import Host
import Scheduling
import ToolSupport

/// Carries out seed after seed of a plan, several side by side, and takes them in one after the other.
struct SeedRuns {
  let plan: FuzzPlan
  let part: SeedPart
  let jobCount: Int
  /// Whether a run has the machine to itself, because what judges it takes all of it.
  var isOneByOne = false
  /// Whether each is carried out twice and must be the same.
  var verifiesDeterminism = false

  /// - Parameter isGoingOn: asked behind each seed, which is in the tally then; `wanted` is what the tally says.
  /// - Throws: where a seed is not the same run twice, and what kept one from being made.
  func carryOut(
    into tally: inout FuzzTally,
    isGoingOn: (_ tally: inout FuzzTally, _ result: JudgedSeed, _ wanted: Bool) -> Bool
  ) throws {
    var progress = ProgressLine()
    defer { progress.clear() }
    let (plan, part, verifiesDeterminism) = (plan, part, verifiesDeterminism)
    let pool = RunPool(jobCount: jobCount, isOneByOne: isOneByOne)
    try pool.run(indexCount: part.seedCount) { index in
      let seed = part.seed(at: index)
      return CrashNotes.noting(seed: seed.rawValue) {
        verifiesDeterminism ? plan.runTwice(seed) : plan.run(seed)
      }
    } consume: { _, result in
      if Interrupts.isRequested {
        tally.interrupt()
        return false
      }
      if let difference = result.difference {
        throw ToolError(
          """
          \(difference). One seed must give one run: this is a mistake of powercut or of the stack that \
          it runs. Again: \(plan.reproduction(of: result.seed)) --verify-determinism
          """)
      }
      progress.show("seed \(result.seed), \(tally.report.findings.count) rules broken")
      let wanted = try tally.add(result)
      return isGoingOn(&tally, result, wanted)
    }
  }
}

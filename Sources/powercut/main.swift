import Campaign
import Stacks
import Scheduling
import Reporting
import Checking

let args = CommandLine.arguments
let bug = Bug(rawValue: args[1])
let range = SeedRange(args[2])!
let plan = FuzzPlan(stack: StackName(args.count > 3 ? args[3] : "raw:exact")!, bugs: bug.map { [$0] } ?? [], seeds: range, isGoingOn: args.count > 4)
var tally = FuzzTally(plan)
for s in range.first.rawValue...range.last.rawValue {
  if try !tally.add(plan.run(Seed(s))) { break }
}
print(TextReport(tally.finalReport, usesColor: false).text(ReportTiming(elapsedNanoseconds: 0, jobCount: 1)))

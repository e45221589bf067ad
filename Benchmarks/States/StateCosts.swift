import Campaign
import Checking

/// What a state costs beside how many entries there are before it, and beside how large the disk is.
struct StateCosts {
  private let short: (evidence: Evidence, part: ImageStates.Part)
  private let long: (evidence: Evidence, part: ImageStates.Part)
  private let wide: (evidence: Evidence, part: ImageStates.Part)

  init() throws {
    short = try ImageStates.other("vhdx short", factName: "short", operationCount: 100)
    long = try ImageStates.other("vhdx long", factName: "long", operationCount: 3200)
    wide = try ImageStates.other(
      "vhdx 1 TiB", factName: "wide", operationCount: 40, diskByteCount: 1 << 40)
  }

  var tasks: [TimedTask] {
    [short, long, wide].map { ImageStates.judging($0.part, $0.evidence) }
  }

  func aims(_ results: Results) -> [Results.Aim] {
    func nanoseconds(_ part: ImageStates.Part) -> Double {
      results.median(part.name) / Double(part.distinctStateCount)
    }
    return [
      .init(
        text: "a distinct state at \(long.evidence.index.entryCount) entries, to one at "
          + "\(short.evidence.index.entryCount)",
        found: nanoseconds(long.part) / nanoseconds(short.part), limit: 1.5),
      .init(
        text: "milliseconds for a distinct state of a disk of 1 TiB in blocks of 1 MiB",
        found: nanoseconds(wide.part) / 1e6, limit: 1),
    ]
  }
}

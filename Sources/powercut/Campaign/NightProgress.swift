import Host
import Nights

/// How far a night is: a block of lines on a terminal, a line a minute elsewhere.
struct NightProgress {
  private static let blockNanoseconds: UInt64 = 500_000_000
  private static let lineNanoseconds: UInt64 = 60_000_000_000

  private let isTerminal = Terminal.isTerminal(.error)
  private let night: Int
  private let durationNanoseconds: UInt64?
  private let start = MonotonicClock.nanoseconds
  private var last: UInt64 = MonotonicClock.nanoseconds
  private var shownLineCount = 0
  private var seedCount = 0
  private var stateCount = 0
  private var newest = "none"
  private var counts = "0 new, 0 known, 0 gone"

  init(_ request: CampaignRequest, night: Int) {
    self.night = night
    durationNanoseconds = request.durationNanoseconds
  }

  mutating func note(_ lines: [LedgerLine]) {
    for line in lines {
      switch line {
      case .seeds(let done):
        seedCount += done.tally.seedCount
        stateCount += done.tally.counts.states
      case .start, .minimized, .tried, .canary, .obstacle, .end: break
      }
    }
  }

  /// What the night has come to.
  mutating func note(_ report: NightReport) {
    guard let summary = report.trend.last else { return }
    counts = "\(summary.newCount) new, \(summary.knownCount) known, \(summary.goneCount) gone"
    if let first = report.findings.first(where: \.isNews) {
      newest = "\(first.name) of \(first.target)"
    }
  }

  /// Shows where it is, if it is time.
  mutating func show(_ queues: [TargetQueue]) {
    let now = MonotonicClock.nanoseconds
    guard now - last >= (isTerminal ? Self.blockNanoseconds : Self.lineNanoseconds) else { return }
    last = now
    // Progress that cannot be shown is no reason to stop.
    if isTerminal {
      let lines = [summary(now)] + queues.map(Self.line)
      try? StandardStreams.writeProgress(erasing + lines.map { "\($0)\n" }.joined())
      shownLineCount = lines.count
    } else {
      try? StandardStreams.writeProgress("powercut: \(summary(now))\n")
    }
  }

  /// Takes the block away before the result is printed.
  mutating func clear() {
    if shownLineCount > 0 { try? StandardStreams.writeProgress(erasing) }
    shownLineCount = 0
  }

  /// Up to the block's first line, and everything from there on.
  private var erasing: String { shownLineCount == 0 ? "" : "\u{1b}[\(shownLineCount)A\u{1b}[J" }

  private func summary(_ now: UInt64) -> String {
    let elapsed = now - start
    let seconds = max(1, elapsed / 1_000_000_000)
    let left = durationNanoseconds.map { " of \(Self.clock($0))" } ?? ""
    return """
      night \(night)  \(Self.clock(elapsed))\(left)  \(seedCount) seeds (\(UInt64(seedCount) / seconds)/s)  \
      \(stateCount) states (\(UInt64(stateCount) / seconds)/s)  \
      \(counts), the worst new one \(newest)
      """
  }

  private static func line(_ queue: TargetQueue) -> String {
    let state = queue.isStopped ? "  stopped" : queue.hasSeeds ? "" : "  done"
    return "  \(queue.target.name)  \(queue.seedCount) seeds\(state)"
  }

  private static func clock(_ nanoseconds: UInt64) -> String {
    let seconds = nanoseconds / 1_000_000_000
    let parts = [seconds / 3600, seconds / 60 % 60, seconds % 60]
    return parts.map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
  }
}

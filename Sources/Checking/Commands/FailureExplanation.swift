import CrashStates

/// Why a state fails, as far as asking can tell: the smallest loss that is enough, the step that must not have
/// happened while something is lost, and so the sync that is missing between the two.
package struct FailureExplanation {
  /// How many earlier cuts are tried.
  private static let maximumCutCount = 64
  private static let shownLossCount = 6

  /// What a step of the recording is, for a reader.
  package struct StepWords: Sendable, CustomStringConvertible {
    /// `line 47`.
    package var place: String
    /// `rename snapshot.tmp snapshot`.
    package var text: String
    /// What makes it durable: `an fsync of the folder '.'`; `nil` where nothing does.
    package var sync: String?
    /// Who did it: `by store, counter.c:24`; `nil` where that is not known.
    package var caller: String?

    package var description: String { "\(place), \(text)" + (caller.map { ", \($0)" } ?? "") }

    package init(place: String, text: String, sync: String?, caller: String? = nil) {
      self.place = place
      self.text = text
      self.sync = sync
      self.caller = caller
    }
  }

  /// What was found out of one state.
  package struct Lines: Hashable, Sendable {
    /// What it takes to fail: without any of it the same is good.
    package var conditions: [String] = []
    /// What would have kept it from failing, and the smallest state that does.
    package var remedies: [String] = []

    package init(conditions: [String] = [], remedies: [String] = []) {
      self.conditions = conditions
      self.remedies = remedies
    }
  }

  private let recording: Recording
  private let describe: (_ step: Int) -> StepWords

  package init(
    of recording: Recording, describe: @escaping (_ step: Int) -> StepWords
  ) {
    self.recording = recording
    self.describe = describe
  }

  /// - Parameters:
  ///   - state: one that fails.
  ///   - fails: whether another state fails in the same way.
  package func lines(
    of state: CrashState, _ fails: (CrashState) throws -> Bool
  ) throws -> Lines {
    if !state.early.isEmpty || state.recovery != nil { return Lines() }
    let smallest = try recording.minimized(state, fails)
    return lines(of: try earliestCut(of: smallest, fails))
  }

  /// The same losses at the earliest cut behind them that fails, as far as one leads to the next.
  private func earliestCut(
    of state: CrashState, _ fails: (CrashState) throws -> Bool
  ) throws -> CrashState {
    var earliest = state
    let deciding = recording.decidingLosses(in: state) + [state.torn?.entryIndex ?? -1]
    let first = deciding.max().map { $0 + 1 } ?? 0
    let cuts = stride(from: state.cut - 1, through: first, by: -1).prefix(Self.maximumCutCount)
    for cut in cuts where !recording.isWithinCall(atCut: cut) {
      var earlier = state
      earlier.cut = cut
      earlier.lost.removeAll { $0 >= cut }
      if try !fails(earlier) { break }
      earliest = earlier
    }
    return earliest
  }

  private func lines(of state: CrashState) -> Lines {
    var lines = Lines()
    let deciding = recording.decidingLosses(in: state)
    let lost = deciding.map(describe)
    lines.conditions = lost.prefix(Self.shownLossCount).map { "lost: \($0)" }
    if lost.count > Self.shownLossCount {
      lines.conditions.append("lost: \(lost.count - Self.shownLossCount) more")
    }
    let followers = state.lost.count - deciding.count
    if followers > 0 {
      lines.conditions.append("lost with it: \(followers) changes of names behind it")
    }
    if let torn = state.torn.map({ describe($0.entryIndex) }) {
      lines.conditions.append("there in part: \(torn)")
    }
    if lines.conditions.isEmpty { lines.conditions = ["nothing has to be lost"] }
    guard state.cut > 0 else { return lines }
    let last = describe(state.cut - 1)
    lines.conditions.append("kept: \(last)")
    if state.isPrefix { return lines }
    lines.remedies = ["smallest loss: \(recording.text(of: state))"]
    guard let latest = deciding.last, latest < state.cut - 1 else { return lines }
    var syncs: [String] = []
    for sync in lost.compactMap(\.sync) where !syncs.contains(sync) { syncs.append(sync) }
    if !syncs.isEmpty {
      lines.remedies.append(
        "missing: \(syncs.joined(separator: ", ")), between \(describe(latest).place) and \(last.place)"
      )
    }
    return lines
  }
}

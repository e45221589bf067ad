import Bytes
import Scheduling

/// What the states of a recording are made from.
package struct StateSpace: Sendable {
  /// As many states of the tier `all` are gone through; where there are more it is refused.
  package static let maximumAllCount: UInt64 = 1 << 20

  package let recording: Recording
  /// Who wrote a disk's log; `nil` of several files.
  private let origin: LogOrigin?
  let seed: Seed
  /// What is tried first at each cut: entries that touch the first of these areas, then the next.
  let areas: [[ByteRange]]
  /// Of a disk.
  let inFlightOrder: InFlightOrder?
  /// Of several files, one for each, where it is asked for.
  let inFlightOrders: [InFlightOrder]
  /// The cuts whose states are gone through.
  package let cuts: ClosedRange<Int>

  /// The states of several files.
  ///
  /// - Parameters:
  ///   - tiers: those that will be asked for.
  ///   - seed: what `random:n` and samples draw from.
  ///   - cuts: those whose states are gone through; `nil` for all.
  package init(
    _ recording: Recording, tiers: [Tier], seed: UInt64, cuts: ClosedRange<Int>? = nil
  ) {
    self.cuts = cuts ?? 0...recording.stepCount
    self.recording = recording
    origin = nil
    self.seed = Seed(seed)
    areas = []
    inFlightOrder = nil
    inFlightOrders =
      tiers.contains(.inFlight) ? recording.files.map { $0.history.inFlightOrder(.powercut) } : []
  }

  /// The states of a disk.
  ///
  /// - Parameters:
  ///   - tiers: those that will be asked for.
  ///   - origin: who wrote the log.
  ///   - seed: what `random:n`, mixtures and samples draw from.
  ///   - areas: the places that matter most, the most important first.
  ///   - cuts: those whose states are gone through; `nil` for all.
  package init(
    _ history: DiskHistory, tiers: [Tier], origin: LogOrigin, seed: UInt64,
    areas: [[ByteRange]] = [], cuts: ClosedRange<Int>? = nil
  ) {
    self.cuts = cuts ?? 0...history.entryCount
    recording = Recording(history)
    self.origin = origin
    self.seed = Seed(seed)
    self.areas = areas
    let needsOrder = tiers.contains { $0 == .inFlight || $0 == .all }
    inFlightOrder = needsOrder ? history.inFlightOrder(origin) : nil
    inFlightOrders = []
  }

  /// How many states each tier has over all cuts; 2^64 - 1 for that many and more. Of `random:n` it is
  /// how many are drawn, of `recrash` nothing: only recovery knows.
  package func counts(of tiers: [Tier]) -> [UInt64] {
    var counts = [UInt64](repeating: 0, count: tiers.count)
    var walk = EpochWalk(self, tiers)
    repeat {
      for (place, count) in self.counts(of: tiers, at: walk).enumerated() {
        let (sum, overflow) = counts[place].addingReportingOverflow(count)
        counts[place] = overflow ? .max : sum
      }
    } while walk.moveToNextCut()
    return counts
  }

  private func counts(of tiers: [Tier], at walk: EpochWalk) -> [UInt64] {
    var states = CutStates(self, at: walk)
    return tiers.map { tier in
      states.start(tier)
      return states.count
    }
  }

  /// Whether the recording can have been left in a state.
  package func has(_ state: CrashState) -> Bool {
    if let disk = recording.disk { return (try? disk.check(state, origin: origin)) != nil }
    return (try? recording.state(parsing: recording.text(of: state))) == state
  }

  /// Why the states of some tiers cannot be gone through: several files do not have all tiers, and of `all`
  /// there can be too many. `nil` where they can.
  package func refusal(of tiers: [Tier]) -> CrashStateError? {
    if let tier = tiers.first(where: { !has($0) }) {
      return CrashStateError(
        field: "states", expected: "one of \(Tier.formsOfFiles)", found: "'\(tier)'",
        hint: "Check the recording of one file alone for the other tiers.")
    }
    guard let place = tiers.firstIndex(of: .all) else { return nil }
    let count = counts(of: tiers)[place]
    if count <= Self.maximumAllCount { return nil }
    return CrashStateError(
      field: "states", expected: "at most \(Self.maximumAllCount) states in the tier 'all'",
      found: count == .max ? "more than can be counted" : "\(count)",
      hint: recording.disk == nil
        ? "Take 'drop:2,keep:2,names,random:100' instead."
        : "Take 'drop:2,keep:2,in-flight,random:100' instead, or a shorter log.")
  }

  private func has(_ tier: Tier) -> Bool {
    switch tier {
    case .fuaOnly, .recrash: recording.disk != nil
    default: true
    }
  }
}

extension DiskHistory {
  /// What was in flight together.
  package func inFlightOrder(_ origin: LogOrigin) -> InFlightOrder {
    InFlightOrder(index, blockHistory.events, origin: origin)
  }
}

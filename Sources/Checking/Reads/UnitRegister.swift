import Bytes
import Workload
import WriteLog

/// What is known of one unit of the disk: when each of its versions took effect, as far as answers to
/// writes and to reads tell.
struct UnitRegister {
  enum Answer {
    case right
    /// - known: what had taken effect before the read began, by the places among the unit's versions.
    case wrong(known: [Known])
  }

  /// A version that is known to have taken effect before a read began.
  struct Known {
    var version: Promises.Version
    /// The read that had returned it; `nil` where the write itself was complete.
    var read: ClientHistory.Record?
  }

  /// A read that returned this version, which nothing else can have been.
  private struct Sighting {
    var place: Int
    var read: ClientHistory.Record
  }

  private struct Order: Hashable {
    var earlier: Int
    var later: Int
  }

  private let versions: [Promises.Version]
  private let unit: UInt64
  private let initialHash: Digest128
  private let sessions: ClientSessions
  private var sightings: [Sighting] = []
  /// Of two versions in flight together, which took effect first, where a read has told.
  private var orders: Set<Order> = []

  /// - Parameters:
  ///   - versions: all that touch the unit.
  ///   - initialHash: that of what it held before the first of them.
  init(
    _ versions: [Promises.Version], _ unit: UInt64, _ initialHash: Digest128,
    _ sessions: ClientSessions
  ) {
    self.versions = versions
    self.unit = unit
    self.initialHash = initialHash
    self.sessions = sessions
  }

  /// Says whether a read may have returned this, and remembers what follows from it. Reads come in the order
  /// in which they ended.
  ///
  /// - Parameter mayBeCutOff: whether a resize that may have taken effect leaves zeroes here.
  mutating func judge(
    _ read: ClientHistory.Record, _ source: ReadContents.Source, mayBeCutOff: Bool
  ) -> Answer {
    let known = known(before: read)
    let begun = versions.indices.filter { versions[$0].record.beganAt < read.endedAt ?? .max }
    let possible = begun.filter { !isSuperseded($0, by: known.keys) }
    // After a discard that promises nothing any version may show, and says nothing of the others.
    let isAny = possible.contains { versions[$0].allowsAny }
    let matching = (isAny ? begun : possible).filter { matches(versions[$0], source) }
    let isInitial = (isAny || known.isEmpty) && source.isAny(ofHash: initialHash)
    if matching.isEmpty, !isInitial, !(mayBeCutOff && source == .zeroes) {
      return .wrong(
        known: known.sorted { $0.key < $1.key }.map {
          Known(version: versions[$0.key], read: $0.value)
        })
    }
    if matching.count == 1, !isInitial, !isAny, !mayBeCutOff, takesEffectOnce(matching[0]) {
      sightings.append(Sighting(place: matching[0], read: read))
      for place in known.keys where place != matching[0] {
        orders.insert(Order(earlier: place, later: matching[0]))
      }
    }
    return .right
  }

  /// By their places, the versions that took effect before a read began, with the read that tells it.
  private func known(before read: ClientHistory.Record) -> [Int: ClientHistory.Record?] {
    let session = sessions.number(of: read)
    var known: [Int: ClientHistory.Record?] = [:]
    for sighting in sightings where sighting.read.endedAt ?? .max < read.beganAt {
      let seen = sessions.number(of: sighting.read)
      if sessions.areClosed(from: seen, upTo: session) { known[sighting.place] = sighting.read }
    }
    for (place, version) in versions.enumerated() where takesEffectOnce(place) {
      let record = version.record
      guard record.isAcknowledged, record.endedAt ?? .max < read.beganAt else { continue }
      // What was not durable when its session failed to close may have gone with it.
      if version.durableAtCut != nil || sessions.number(of: record) == session {
        known[place] = .some(nil)
      }
    }
    return known
  }

  /// An operation that failed may show, or not, or in part, now and later.
  private func takesEffectOnce(_ place: Int) -> Bool {
    versions[place].record.errorName == nil && !versions[place].allowsAny
  }

  private func isSuperseded(
    _ place: Int, by known: some Sequence<Int>
  ) -> Bool {
    let endedAt = versions[place].record.endedAt ?? .max
    return known.contains {
      $0 != place
        && (endedAt < versions[$0].record.beganAt
          || orders.contains(Order(earlier: place, later: $0)))
    }
  }

  private func matches(_ version: Promises.Version, _ source: ReadContents.Source) -> Bool {
    if case .operation(let number) = source {
      return version.record.operation.action == .write
        && version.record.operation.identifier == number
    }
    return version.hash(ofUnit: unit).map { source.isAny(ofHash: $0) } ?? false
  }
}

extension ReadContents.Source {
  /// Whether it is contents of this hash, whoever wrote them.
  fileprivate func isAny(ofHash hash: Digest128) -> Bool {
    switch self {
    case .operation: false
    case .zeroes: hash == StateSum.zeroUnitHash
    case .other(let own): hash == own
    }
  }
}

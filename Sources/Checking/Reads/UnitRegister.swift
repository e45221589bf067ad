import Bytes
import Workload
import WriteLog

/// What is known of one unit of the disk: when each of its versions took effect, as far as answers to
/// writes and to reads tell.
struct UnitRegister {
  enum Answer {
    case right
    /// - newest: what had taken effect before the read began and nothing else had superseded.
    case wrong(newest: [Known])
  }

  /// A version that is known to have taken effect before a read began.
  struct Known {
    var version: Promises.Version
    /// The read that had returned it; `nil` where the write itself was complete.
    var read: ClientHistory.Record?
  }

  /// Two versions that were in flight together, in the order in which they took effect.
  private struct Order: Hashable {
    var earlier: Int
    var later: Int
  }

  private let versions: [Promises.Version]
  /// The session in which each version began.
  private let sessionNumbers: [Int]
  private let unit: UInt64
  private let initialHash: Digest128
  private let sessions: ClientSessions
  /// By version, the reads that returned it and can have returned nothing else: the first in each session.
  private var sightings: [Int: [ClientHistory.Record]] = [:]
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
    sessionNumbers = versions.map { sessions.number(of: $0.record) }
  }

  /// Says whether a read may have returned this, and remembers what follows from it. Reads come in the order
  /// in which they ended.
  ///
  /// - Parameter mayBeCutOff: whether a resize that may have taken effect leaves zeroes here.
  mutating func judge(
    _ read: ClientHistory.Record, _ source: ReadContents.Source, mayBeCutOff: Bool
  ) -> Answer {
    let known = versions.indices.filter { isKnown($0, before: read) }
    let newestBeganAt = known.map { versions[$0].record.beganAt }.max() ?? -1
    let laterOnes = Set(known.filter { place in orders.contains { $0.later == place } })
    func isSuperseded(_ place: Int) -> Bool {
      endedAt(place) < newestBeganAt
        || laterOnes.contains { orders.contains(Order(earlier: place, later: $0)) }
    }
    let begun = versions.indices.filter { versions[$0].record.beganAt < read.endedAt ?? .max }
    let possible = begun.filter { !isSuperseded($0) }
    // After a discard that promises nothing any version may show, and says nothing of the others.
    let isAny = possible.contains { versions[$0].allowsAny }
    let matching = (isAny ? begun : possible).filter { matches(versions[$0], source) }
    let isInitial = (isAny || known.isEmpty) && source.isAny(ofHash: initialHash)
    if matching.isEmpty, !isInitial, !(mayBeCutOff && source == .zeroes) {
      let newest = known.filter { !isSuperseded($0) }
      return .wrong(newest: newest.map { described($0, before: read) })
    }
    if matching.count == 1, !isInitial, !isAny, !mayBeCutOff, takesEffectOnce(matching[0]) {
      note(matching[0], in: read, known)
    }
    return .right
  }

  /// A read returned this version, so what is known took effect before it.
  private mutating func note(_ place: Int, in read: ClientHistory.Record, _ known: [Int]) {
    let session = sessions.number(of: read)
    if sightings[place]?.contains(where: { sessions.number(of: $0) == session }) != true {
      sightings[place, default: []].append(read)
    }
    for earlier in known
    where earlier != place && endedAt(earlier) >= versions[place].record.beganAt {
      orders.insert(Order(earlier: earlier, later: place))
    }
  }

  private func endedAt(_ place: Int) -> Int { versions[place].record.endedAt ?? .max }

  private func isKnown(_ place: Int, before read: ClientHistory.Record) -> Bool {
    guard takesEffectOnce(place) else { return false }
    return isComplete(place, before: read) || sighting(of: place, before: read) != nil
  }

  private func isComplete(_ place: Int, before read: ClientHistory.Record) -> Bool {
    let version = versions[place]
    guard version.record.isAcknowledged, endedAt(place) < read.beganAt else { return false }
    // What was not durable when its session failed to close may have gone with it.
    return version.durableAtCut != nil || sessionNumbers[place] == sessions.number(of: read)
  }

  private func sighting(
    of place: Int, before read: ClientHistory.Record
  ) -> ClientHistory.Record? {
    sightings[place]?.first {
      $0.endedAt ?? .max < read.beganAt
        && sessions.areClosed(from: sessions.number(of: $0), upTo: sessions.number(of: read))
    }
  }

  private func described(_ place: Int, before read: ClientHistory.Record) -> Known {
    let isComplete = isComplete(place, before: read)
    return Known(
      version: versions[place], read: isComplete ? nil : sighting(of: place, before: read))
  }

  /// An operation that failed may show, or not, or in part, now and later.
  private func takesEffectOnce(_ place: Int) -> Bool {
    versions[place].record.errorName == nil && !versions[place].allowsAny
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

import Workload

/// When each acknowledged operation became sure to survive.
struct Durability {
  private struct Flush {
    var beganAt: Int
    var cut: Int
    var operation: ClientOperation

    var isClose: Bool { operation.action == .close }
  }

  /// In the order of submission.
  private let flushes: [Flush]
  /// Of each flush, which one of it and those after it in its session was answered first.
  private let firstAnswered: [Int]
  /// Where each session ended, by the place of its close among all events, ascending.
  private let sessionEnds: [Int]

  init(_ client: ClientHistory) {
    let sessionEnds = client.records.filter { $0.operation.action == .close }.map(\.beganAt)
    let flushes = client.records.compactMap { record -> Flush? in
      let action = record.operation.action
      guard record.isAcknowledged, action == .flush || action == .close,
        let cut = record.entryCountAtEnd
      else { return nil }
      return Flush(beganAt: record.beganAt, cut: cut, operation: record.operation)
    }
    var firstAnswered = Array(flushes.indices)
    for place in flushes.indices.dropLast().reversed() {
      let isLastOfSession =
        Self.sessionEnd(from: flushes[place].beganAt, sessionEnds) < flushes[place + 1].beganAt
      let next = firstAnswered[place + 1]
      if !isLastOfSession, flushes[next].cut < flushes[place].cut { firstAnswered[place] = next }
    }
    self.flushes = flushes
    self.firstAnswered = firstAnswered
    self.sessionEnds = sessionEnds
  }

  /// The end of the session in which something happened.
  private static func sessionEnd(from time: Int, _ sessionEnds: [Int]) -> Int {
    let place = sessionEnds.partitioningIndex { $0 >= time }
    return place < sessionEnds.count ? sessionEnds[place] : .max
  }

  func promise(
    of record: ClientHistory.Record
  ) -> (cut: Int, isByClose: Bool, flush: ClientOperation?)? {
    guard record.isAcknowledged, let endedAt = record.endedAt else { return nil }
    let covering = flushCovering(endedAt)
    if record.operation.isFUA, let own = record.entryCountAtEnd, own <= covering?.cut ?? .max {
      return (own, false, nil)
    }
    return covering.map { ($0.cut, $0.isClose, $0.operation) }
  }

  /// A session that could not be closed takes with it what it had not flushed: the flushes of the next one
  /// cannot reach it.
  private func flushCovering(_ endedAt: Int) -> Flush? {
    let place = flushes.partitioningIndex { $0.beganAt > endedAt }
    guard place < flushes.count,
      flushes[place].beganAt <= Self.sessionEnd(from: endedAt + 1, sessionEnds)
    else { return nil }
    return flushes[firstAnswered[place]]
  }
}

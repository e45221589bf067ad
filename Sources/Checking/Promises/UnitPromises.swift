import Bytes

/// What one unit may hold at each cut.
///
/// A class, since it is taken out of a table for every unit of every state.
final class UnitPromises {
  private let contents: Appearances<Digest128>
  /// The discards that promise nothing, and all discards; of one kind of contents, for it is theirs that nobody
  /// asks for.
  private let allowingAny: Appearances<Int>
  private let discards: Appearances<Int>

  /// - Parameter places: those of the unit's versions among all versions.
  init(_ places: [Int], of versions: [Promises.Version], unit: UInt64) {
    contents = Appearances(
      places.map { versions[$0].appearance(of: versions[$0].hash(ofUnit: unit)) })
    let discards = places.filter { versions[$0].record.operation.action == .discard }
    self.discards = Appearances(discards.map { versions[$0].appearance(of: 0) })
    allowingAny = Appearances(
      discards.filter { versions[$0].allowsAny }.map { versions[$0].appearance(of: 0) })
  }

  /// Whether the unit may hold these contents.
  ///
  /// - Parameter base: the hash of what the unit held before the first operation.
  func allows(_ hash: Digest128, cut: Int, base: () -> Digest128) -> Bool {
    let durable = contents.lastDurableBegin(atCut: cut)
    if contents.mayShow(hash, atCut: cut, lastDurableBegin: durable) { return true }
    guard allowingAny.mayShow(0, atCut: cut, lastDurableBegin: durable) else {
      return durable == nil && base() == hash
    }
    return contents.mayShow(hash, atCut: cut, lastDurableBegin: nil) || base() == hash
  }

  /// Whether the unit may be left to show anything.
  ///
  /// - Parameter base: the hash of what the unit held before the first operation.
  func allowsAnything(cut: Int, base: () -> Digest128) -> Bool {
    let durable = contents.lastDurableBegin(atCut: cut)
    return discards.mayShow(0, atCut: cut, lastDurableBegin: durable)
      || durable == nil && base() == StateSum.zeroUnitHash
  }
}

extension Promises.Version {
  func appearance<Contents>(of contents: Contents?) -> Appearances<Contents>.Operation {
    Appearances.Operation(
      contents: contents, submittedAtCut: record.entryCountAtBegin, beganAt: record.beganAt,
      endedAt: record.endedAt, durableAtCut: durableAtCut)
  }
}

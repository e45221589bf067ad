import Bytes
import CrashStates
import Workload

/// What the client was promised of each unit of the device, at each cut.
///
/// Times are places among the events of the client's history, cuts are counts of log entries. An
/// operation is *durable* at a cut when a flush that was submitted after its acknowledgement, or its
/// own FUA, was acknowledged by then. A unit may hold the version of any operation that was submitted
/// by then, unless a durable one was submitted after that operation had ended.
final class Promises {
  /// One operation that changes units.
  struct Version {
    var record: ClientHistory.Record
    var units: Range<UInt64>
    /// Whether every unit is zeroes.
    var isZeroes: Bool
    /// The hash of each unit of a write, as far as its contents are known.
    var unitHashes: [Digest128]
    /// From which cut on it is sure to survive; `nil`: never.
    var durableAtCut: Int?
    /// Whether only closing made it durable.
    var isDurableByClose: Bool
    /// The flush or close that made it durable; `nil` where it did so itself.
    var flush: ClientOperation?
    /// The length of the device that a resize leaves.
    var diskByteCount: UInt64?
    /// A discard that promises nothing: until something is written there, any version may show, or zeroes.
    var allowsAny = false

    /// `nil` where the contents are not known: an operation that never reached the log.
    func hash(ofUnit unit: UInt64) -> Digest128? {
      if isZeroes { return StateSum.zeroUnitHash }
      let place = unit - units.lowerBound
      return place < UInt64(unitHashes.count) ? unitHashes[Int(place)] : nil
    }

    func isDurable(atCut cut: Int) -> Bool { durableAtCut.map { $0 <= cut } ?? false }
  }

  let versions: [Version]
  private let index: VersionIndex
  private let resizes: [Int]
  private let lengths: Appearances<UInt64>
  /// Of the units that were asked for.
  private var unitPromises: [UInt64: UnitPromises] = [:]
  private let initialByteCount: UInt64
  /// Whether the device refused something and the client was told that it was done.
  var hasUnreportedError = false
  /// What the client's writes hold.
  var contents = ContentsStyle.stamped
  /// The versions that become durable at a cut.
  private let newlyDurable: [Int: [Int]]
  /// For each cut that changes promises, ascending: used to tell two cuts with one promise apart.
  private let promiseCuts: [Int]

  convenience init(
    client: ClientHistory, initialByteCount: UInt64, discardPromisesZeroes: Bool,
    submittedUnits: (ClientOperation) -> [Digest128]
  ) {
    let durability = Durability(client)
    var versions: [Version] = []
    var byteCount = initialByteCount
    for record in Self.inOrderOfEffect(client.records) {
      let operation = record.operation
      let allowsAny = operation.action == .discard && !discardPromisesZeroes
      var units = operation.range.units
      var diskByteCount: UInt64?
      switch operation.action {
      case .read, .flush, .close: continue
      case .resize:
        let target = operation.range.byteCount
        units = Self.wholeUnits(between: byteCount, target)
        // One that failed, or was never answered, may show; what follows cannot rely on it.
        if record.isAcknowledged { byteCount = target }
        diskByteCount = target
      case .write, .writeZeroes, .discard: break
      }
      let promise = allowsAny ? nil : durability.promise(of: record)
      versions.append(
        Version(
          record: record, units: units, isZeroes: operation.action != .write,
          unitHashes: operation.action == .write ? submittedUnits(operation) : [],
          durableAtCut: promise?.cut, isDurableByClose: promise?.isByClose ?? false,
          flush: promise?.flush, diskByteCount: diskByteCount, allowsAny: allowsAny))
    }
    self.init(versions: versions, initialByteCount: initialByteCount)
  }

  private init(versions: [Version], initialByteCount: UInt64) {
    var newlyDurable: [Int: [Int]] = [:]
    for (place, version) in versions.enumerated() {
      if let cut = version.durableAtCut { newlyDurable[cut, default: []].append(place) }
    }
    self.versions = versions
    index = VersionIndex(versions.map(\.units))
    self.newlyDurable = newlyDurable
    self.initialByteCount = initialByteCount
    resizes = versions.indices.filter { versions[$0].diskByteCount != nil }
    lengths = Appearances(resizes.map { versions[$0].appearance(of: versions[$0].diskByteCount) })
    promiseCuts = newlyDurable.keys.sorted()
  }

  /// The units that a change of the length makes zeroes. A unit that the end lies in keeps its first
  /// part: growing leaves it as it is, and of a shorter file its recorder writes what is left of it.
  private static func wholeUnits(between one: UInt64, _ other: UInt64) -> Range<UInt64> {
    let unit = UInt64(StateSum.unitByteCount)
    func roundedUp(_ byteCount: UInt64) -> UInt64 {
      byteCount / unit + (byteCount % unit > 0 ? 1 : 0)
    }
    return roundedUp(min(one, other))..<roundedUp(max(one, other))
  }

  /// Resizes have the device to themselves, so the order of their acknowledgements is that of their
  /// effects; the other operations stay in the order of submission.
  private static func inOrderOfEffect(_ records: [ClientHistory.Record]) -> [ClientHistory.Record] {
    let resizes = records.filter { $0.operation.action == .resize }
      .sorted { ($0.endedAt ?? .max) < ($1.endedAt ?? .max) }
    return records.filter { $0.operation.action != .resize } + resizes
  }

  /// The same, for another thread.
  var unshared: Promises {
    let copy = Promises(versions: versions, initialByteCount: initialByteCount)
    copy.hasUnreportedError = hasUnreportedError
    copy.contents = contents
    return copy
  }

  /// How many operations are sure to survive a power cut there.
  func promiseCount(atCut cut: Int) -> Int { versions.count { $0.isDurable(atCut: cut) } }

  /// How many of the promises are in force at a cut: two cuts with the same number promise the same.
  func generation(atCut cut: Int) -> Int {
    promiseCuts.partitioningIndex { $0 > cut }
  }

  /// The units whose promise becomes stricter exactly at this cut, in no order.
  func rangesOfNewPromises(atCut cut: Int) -> [Range<UInt64>] {
    (newlyDurable[cut] ?? []).flatMap(ranges(ofVersion:))
  }

  /// The versions that become durable exactly at this cut and are too wide for all of their units to be listed.
  func wideRangesOfNewPromises(atCut cut: Int) -> [Range<UInt64>] {
    (newlyDurable[cut] ?? []).map { versions[$0].units }.filter(VersionIndex.isWide)
  }

  /// The units of a version that are worth a look, in no order.
  private func ranges(ofVersion place: Int) -> [Range<UInt64>] {
    let units = versions[place].units
    let knownCount = UInt64(versions[place].unitHashes.count)
    guard VersionIndex.isWide(units), knownCount > 0 else { return index.ranges(ofVersion: place) }
    return index.ranges(ofVersion: place)
      + [units.lowerBound..<min(units.lowerBound + knownCount, units.upperBound)]
  }

  /// The units of which something is promised at this cut, in no order.
  func promisedRanges(atCut cut: Int) -> [Range<UInt64>] {
    versions.indices.filter { versions[$0].isDurable(atCut: cut) }
      .flatMap(ranges(ofVersion:))
  }

  /// The units of which something is promised at any cut, in no order.
  var everPromisedRanges: [Range<UInt64>] { promisedRanges(atCut: .max) }

  /// The versions of a unit.
  func versions(ofUnit unit: UInt64) -> [Version] {
    index.places(ofUnit: unit).map { versions[$0] }
  }

  /// The versions of a unit that were submitted before the cut.
  func submitted(unit: UInt64, cut: Int) -> [Version] {
    index.places(ofUnit: unit).lazy.map { self.versions[$0] }
      .filter { $0.record.entryCountAtBegin <= cut }
  }

  /// Whether a unit may hold these contents.
  ///
  /// - Parameter base: the hash of what the unit held before the first operation.
  func allows(_ hash: Digest128, unit: UInt64, cut: Int, base: @autoclosure () -> Digest128) -> Bool
  {
    promises(ofUnit: unit).allows(hash, cut: cut, base: base)
  }

  /// Whether a unit may be left to show anything: where a discard may be the last that happened to it, and
  /// where it held nothing before the first operation and nothing is promised of it.
  ///
  /// - Parameter base: the hash of what the unit held before the first operation.
  func allowsAnything(unit: UInt64, cut: Int, base: @autoclosure () -> Digest128) -> Bool {
    promises(ofUnit: unit).allowsAnything(cut: cut, base: base)
  }

  private func promises(ofUnit unit: UInt64) -> UnitPromises {
    if let found = unitPromises[unit] { return found }
    let made = UnitPromises(index.places(ofUnit: unit), of: versions, unit: unit)
    unitPromises[unit] = made
    return made
  }

  /// Whether the device may have this length: that of a resize that may be the last one to have
  /// persisted, or, where growing was lost, what a write beyond the old end grew it to.
  func allowsLength(_ byteCount: UInt64, cut: Int) -> Bool {
    let durable = lengths.lastDurableBegin(atCut: cut)
    return lengths.mayShow(byteCount, atCut: cut, lastDurableBegin: durable)
      || durable == nil && byteCount == initialByteCount
      || isLengthOfWrite(byteCount, cut: cut, lastDurableBegin: durable)
  }

  private func isLengthOfWrite(_ byteCount: UInt64, cut: Int, lastDurableBegin: Int?) -> Bool {
    var possible = resizes.map { versions[$0] }.filter {
      $0.record.entryCountAtBegin <= cut && $0.record.endedAt ?? .max >= lastDurableBegin ?? 0
    }
    .compactMap(\.diskByteCount)
    if lastDurableBegin == nil { possible.append(initialByteCount) }
    guard let shortest = possible.min(), let longest = possible.max(),
      shortest < byteCount, byteCount < longest
    else { return false }
    return versions.contains {
      $0.diskByteCount == nil && $0.record.operation.range.endByteOffset == byteCount
        && $0.record.entryCountAtBegin <= cut
    }
  }

  /// The length that must not be lost at this cut.
  func promisedLength(atCut cut: Int) -> UInt64 {
    resizes.map { versions[$0] }.last { $0.isDurable(atCut: cut) }?.diskByteCount
      ?? initialByteCount
  }
}

import Bytes
import CrashStates

/// A unit of a virtual disk that holds what it must not hold.
struct WrongUnit {
  var unit: UInt64
  var hash: Digest128
  /// Whether the format leaves open what it holds.
  var isUndefined: Bool
}

/// What the units of a virtual disk may hold, and which of them are worth a look where all are asked about:
/// those that held something before the first operation, and those of which something is ever promised. Of any
/// other a zero is right.
///
/// Where the format leaves contents undefined, any reader may show anything, and that only a discard allows
/// ([MS-VHDX] 2.5.1.1).
struct JudgedUnits {
  private let promises: Promises
  private let initial: InitialDisk
  /// Ascending.
  private let notable: [Range<UInt64>]

  /// - Parameter initial: what the virtual disk held before the first operation.
  init(promises: Promises, initial: InitialDisk) {
    self.promises = promises
    self.initial = initial
    notable = (promises.everPromisedRanges + initial.units).merged
  }

  func allows(_ hash: Digest128, unit: UInt64, isUndefined: Bool, cut: Int) -> Bool {
    isUndefined
      ? promises.allowsAnything(unit: unit, cut: cut, base: initial.hash(ofUnit: unit))
      : promises.allows(hash, unit: unit, cut: cut, base: initial.hash(ofUnit: unit))
  }

  /// The units worth a look in a range, ascending.
  func notable(in range: Range<UInt64>) -> [Range<UInt64>] {
    let first = notable.partitioningIndex { $0.upperBound > range.lowerBound }
    return notable[first...].prefix { $0.lowerBound < range.upperBound }
      .map { $0.clamped(to: range) }
  }

  /// The units worth a look of which more is promised from this cut on, in no order.
  func newPromises(atCut cut: Int) -> [Range<UInt64>] {
    promises.rangesOfNewPromises(atCut: cut)
      + promises.wideRangesOfNewPromises(atCut: cut)
      .flatMap { wide in initial.units.filter { $0.overlaps(wide) }.map { $0.clamped(to: wide) } }
  }

  /// What is wrong with a whole disk, ascending.
  func wrong(in disk: VirtualDisk, _ state: CrashState) -> [WrongUnit] {
    var wrong: [WrongUnit] = []
    func judge(_ unit: UInt64, _ hash: Digest128) {
      let isUndefined = disk.isUndefined(unit: unit)
      if allows(hash, unit: unit, isUndefined: isUndefined, cut: state.cut) { return }
      wrong.append(WrongUnit(unit: unit, hash: hash, isUndefined: isUndefined))
    }
    for (unit, hash) in disk.unitHashes { judge(unit, hash) }
    let promised = promises.promisedRanges(atCut: state.cut)
    for unit in (promised + initial.units).merged.joined() where disk.unitHashes[unit] == nil {
      judge(unit, StateSum.zeroUnitHash)
    }
    return wrong.sorted { $0.unit < $1.unit }
  }

  func violation(_ wrong: WrongUnit, _ state: CrashState, bytes: [UInt8]) -> Violation {
    var finding = PromiseFinding(
      promises: promises, state: state, unit: wrong.unit, hash: wrong.hash, bytes: bytes)
    finding.isUndefined = wrong.isUndefined
    return finding.violation
  }
}

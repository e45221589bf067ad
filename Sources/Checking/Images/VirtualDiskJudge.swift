import Bytes
import CrashStates

/// D01 to D07 for the virtual disk of a crash state: each unit holds a version that it may hold.
///
/// Units are looked at that hold something, that something is promised of, and that held something before
/// the first operation. Where the format leaves their contents undefined, any reader may show anything, and
/// that only a discard allows ([MS-VHDX] 2.5.1.1).
///
/// Pages that were found right under the same promises are not looked at again.
final class VirtualDiskJudge {
  private struct PageKey: Hashable {
    var page: UInt64
    var sum: StateSum
    var isUndefined: Bool
  }

  private let promises: Promises
  /// What the virtual disk held before the first operation.
  private let initial: InitialDisk
  private var generation = -1
  /// Right under the promises of ``generation``.
  private var right: Set<PageKey> = []
  /// The units of each page of which something is promised.
  private var promised: [UInt64: [UInt64]] = [:]

  init(promises: Promises, initial: InitialDisk) {
    self.promises = promises
    self.initial = initial
  }

  /// - Parameter opened: what opening made of `image`; of an image that cannot be read nothing is said.
  func judge(_ opened: OpenedState, _ image: StateImage) -> [Violation] {
    guard let map = opened.map else { return [] }
    return judge(VirtualDisk(map, of: image, opened), image.state) { unit in
      let unitByteCount = UInt64(StateSum.unitByteCount)
      guard let place = map.fileByteOffset(of: unit * unitByteCount) else {
        return [UInt8](repeating: 0, count: StateSum.unitByteCount)
      }
      return opened.file(over: image).unit(at: place / unitByteCount)
    }
  }

  /// - Parameter bytes: the contents of a unit of this state, asked for where it is wrong.
  func judge(
    _ disk: VirtualDisk, _ state: CrashState, bytes: (UInt64) -> [UInt8]
  ) -> [Violation] {
    moveToGeneration(atCut: state.cut)
    var violations: [(unit: UInt64, violation: Violation)] = []
    var pages = Array(disk.pageSums.keys)
    pages += promised.keys.filter { disk.pageSums[$0] == nil }
    pages += initial.unitsOfPages.keys.filter { disk.pageSums[$0] == nil && promised[$0] == nil }
    // Sorted only where it shows: in the order of violations.
    for page in pages {
      let key = PageKey(
        page: page, sum: disk.pageSums[page] ?? StateSum(),
        isUndefined: disk.isUndefined(page: page))
      if right.contains(key) { continue }
      let found = judge(page: page, disk, state, bytes)
      if found.isEmpty { right.insert(key) }
      violations += found
    }
    return violations.sorted { $0.unit < $1.unit }.map(\.violation)
  }

  private func judge(
    page: UInt64, _ disk: VirtualDisk, _ state: CrashState, _ bytes: (UInt64) -> [UInt8]
  ) -> [(unit: UInt64, violation: Violation)] {
    var hashes: [UInt64: Digest128] = [:]
    for unit in promised[page] ?? [] { hashes[unit] = StateSum.zeroUnitHash }
    for unit in initial.unitsOfPages[page] ?? [] { hashes[unit] = StateSum.zeroUnitHash }
    for (unit, hash) in disk.hashes(ofPage: page) { hashes[unit] = hash }
    let isUndefined = disk.isUndefined(page: page)
    return hashes.compactMap { unit, hash in
      let isAllowed =
        isUndefined
        ? promises.allowsAnything(unit: unit, cut: state.cut, base: initial.hash(ofUnit: unit))
        : promises.allows(hash, unit: unit, cut: state.cut, base: initial.hash(ofUnit: unit))
      if isAllowed { return nil }
      var finding = PromiseFinding(
        promises: promises, state: state, unit: unit, hash: hash, bytes: bytes(unit))
      finding.isUndefined = isUndefined
      return (unit, finding.violation)
    }
  }

  private func moveToGeneration(atCut cut: Int) {
    let current = promises.generation(atCut: cut)
    if current == generation { return }
    generation = current
    right.removeAll(keepingCapacity: true)
    promised = [:]
    for unit in promises.promisedUnits(atCut: cut) {
      promised[unit / VirtualDisk.unitCountPerPage, default: []].append(unit)
    }
  }
}

import Bytes
import CrashStates
import VHDX

/// D01 to D07 for the virtual disk of a crash state: each unit holds a version that it may hold.
///
/// Pages that were found right under the same promises are not looked at again.
final class VirtualDiskJudge {
  private struct PageKey: Hashable {
    var page: UInt64
    var sum: StateSum
  }

  private let promises: Promises
  /// What the virtual disk held before the first operation.
  private let initialHash: (UInt64) -> Digest128
  private var generation = -1
  /// Right under the promises of ``generation``.
  private var right: Set<PageKey> = []
  /// The units of each page of which something is promised.
  private var promised: [UInt64: [UInt64]] = [:]

  init(promises: Promises, initialHash: @escaping (UInt64) -> Digest128) {
    self.promises = promises
    self.initialHash = initialHash
  }

  /// - Parameter bytes: the contents of a unit of this state, asked for where it is wrong.
  func judge(
    _ disk: VirtualDisk, _ state: CrashState, bytes: (UInt64) -> [UInt8]
  ) -> [Violation] {
    moveToGeneration(atCut: state.cut)
    var violations: [(unit: UInt64, violation: Violation)] = []
    var pages = Array(disk.pageSums.keys)
    pages += promised.keys.filter { disk.pageSums[$0] == nil }
    // Sorted only where it shows: in the order of violations.
    for page in pages {
      let key = PageKey(page: page, sum: disk.pageSums[page] ?? StateSum())
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
    for (unit, hash) in disk.hashes(ofPage: page) { hashes[unit] = hash }
    return hashes.compactMap { unit, hash in
      guard !promises.allows(hash, unit: unit, cut: state.cut, base: initialHash(unit)) else {
        return nil
      }
      let finding = PromiseFinding(
        promises: promises, state: state, unit: unit, hash: hash, bytes: bytes(unit))
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

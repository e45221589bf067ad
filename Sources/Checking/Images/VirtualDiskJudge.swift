import Bytes
import CrashStates

/// D01 to D07 for the virtual disk of one crash state after the other: each unit holds a version that it may
/// hold.
///
/// A state costs what it changes. It is held against the last prefix that was judged, and only what differs is
/// looked at: units of the file that hold something else, blocks that stand elsewhere, units of which more is
/// promised, and those that were wrong there. All others hold what they held, and at a later cut they may hold
/// what they might, and more.
final class VirtualDiskJudge {
  /// A state that was judged, and what was wrong with it.
  private struct Reference {
    var state: CrashState
    var map: DiskMap
    var wrongUnits: [UInt64]
  }

  private let history: DiskHistory
  private let units: JudgedUnits
  private var reference: Reference?

  init(_ history: DiskHistory, _ units: JudgedUnits) {
    self.history = history
    self.units = units
  }

  /// - Parameter opened: what opening made of `image`; of an image that cannot be read nothing is said.
  func judge(_ opened: OpenedState, _ image: StateImage) -> [Violation] {
    guard let map = opened.map else { return [] }
    let wrong = wrongUnits(opened, map, image)
    // Of a state that recovery writes payload of, the file alone says too little.
    if !opened.changesPayload { keep(image.state, map, wrong.map(\.unit)) }
    return wrong.map { wrong in
      units.violation(wrong, image.state, bytes: opened.bytes(ofUnit: wrong.unit, map, image))
    }
  }

  private func wrongUnits(
    _ opened: OpenedState, _ map: DiskMap, _ image: StateImage
  ) -> [WrongUnit] {
    let state = image.state
    guard let reference, reference.state.cut <= state.cut, !opened.changesPayload,
      reference.map.virtualDiskByteCount == map.virtualDiskByteCount
    else { return units.wrong(in: VirtualDisk(map, of: image, opened), state) }
    var look = MappedUnits(history, map, state, units)
    let changed = history.rangesChanged(from: reference.state, to: state)
    for range in changed.merged { look.look(atFileUnits: range) }
    if map !== reference.map {
      for range in map.rangesMappedOtherwise(than: reference.map) { look.look(atAll: range) }
    }
    if reference.state.cut < state.cut {
      for cut in reference.state.cut + 1...state.cut {
        for range in units.newPromises(atCut: cut) { look.look(at: range) }
      }
    }
    for unit in reference.wrongUnits { look.look(at: unit..<unit + 1) }
    return look.wrong.values.sorted { $0.unit < $1.unit }
  }

  /// A prefix is nearest to the states of its cut; without one the first of them is.
  private func keep(_ state: CrashState, _ map: DiskMap, _ wrongUnits: [UInt64]) {
    if !state.isPrefix, let reference, reference.state.cut == state.cut { return }
    reference = Reference(state: state, map: map, wrongUnits: wrongUnits)
  }
}

extension OpenedState {
  /// 512 bytes of the virtual disk.
  fileprivate func bytes(ofUnit unit: UInt64, _ map: DiskMap, _ image: StateImage) -> [UInt8] {
    let unitByteCount = UInt64(StateSum.unitByteCount)
    guard let place = map.fileByteOffset(of: unit * unitByteCount) else {
      return [UInt8](repeating: 0, count: StateSum.unitByteCount)
    }
    return file(over: image).unit(at: place / unitByteCount)
  }
}

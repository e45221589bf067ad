import Bytes
import Checking
import CrashStates
import VHDX

/// The digests of all states that a power cut within one recovery can leave, each from the one of its
/// cut: only the units of what was lost or torn are looked at.
final class RecrashDigests {
  /// A change that a unit's contents may come from.
  private struct Touch {
    var changeIndex: Int
    /// What the unit contributes; `nil` where the change covers a part of it.
    var contribution: StateSum?
  }
  private struct Mixture: Hashable {
    var unit: UInt64
    var changeIndices: [Int]
  }

  /// A hostile log zeroes the whole file a million times.
  private static let maximumTouchCount = 1 << 20
  private static let maximumComparisonCount = 1 << 26

  private let image: StateImage
  private let changes: [ImageChange]
  /// What the first crash left, where it is not zero and recovery changes it.
  private var base: [UInt64: StateSum] = [:]
  /// Ascending by change.
  private var touches: [UInt64: [Touch]] = [:]
  /// The units of each change.
  private var units: [[UInt64]] = []
  private var mixtures: [Mixture: StateSum] = [:]
  /// For each cut, of the state that loses nothing.
  private var sums: [StateSum] = []
  private let lengths: RecrashLengths

  /// - Returns: `nil` where it would be too much to keep.
  init?(_ image: StateImage, _ changes: [ImageChange]) {
    self.image = image
    self.changes = changes
    lengths = RecrashLengths(image.byteCount, changes)
    for range in changes.changedUnits(before: image.byteCount) {
      image.history.forEachUnitHash(of: range, in: image.state) { unit, hash in
        base[unit] = StateSum.contribution(ofHash: hash, unitIndex: unit)
      }
    }
    guard addTouches() else { return nil }
    addSums()
  }

  func digest(of cut: RecoveryCut) -> Digest128 {
    sum(of: cut).digest(diskByteCount: lengths.byteCount(of: cut))
  }

  func byteCount(of cut: RecoveryCut) -> UInt64 { lengths.byteCount(of: cut) }

  private func sum(of cut: RecoveryCut) -> StateSum {
    // All since the flush are lost: the state is an earlier cut.
    if let first = cut.lost.first, cut.lost.count == cut.cut - first { return sums[first] }
    var sum = sums[cut.cut]
    let plain = RecoveryCut(cut: cut.cut)
    for unit in affectedUnits(of: cut) {
      sum -= contribution(of: unit, in: plain)
      sum += contribution(of: unit, in: cut)
    }
    return sum
  }

  private func affectedUnits(of cut: RecoveryCut) -> [UInt64] {
    let involved = cut.lost + (cut.torn.map { [$0.entryIndex] } ?? [])
    if involved.count == 1 { return units[involved[0]] }
    return Set(involved.flatMap { units[$0] }).sorted()
  }

  private func contribution(of unit: UInt64, in cut: RecoveryCut) -> StateSum {
    var parts: [Int] = []
    for touch in (touches[unit] ?? []).reversed()
    where touch.changeIndex < cut.cut && keeps(touch.changeIndex, unit, in: cut) {
      if parts.isEmpty, let contribution = touch.contribution { return contribution }
      parts.append(touch.changeIndex)
      if touch.contribution != nil { break }
    }
    if parts.isEmpty { return base[unit] ?? StateSum() }
    return mixture(Mixture(unit: unit, changeIndices: parts.reversed()))
  }

  private func keeps(_ changeIndex: Int, _ unit: UInt64, in cut: RecoveryCut) -> Bool {
    if cut.lost.contains(changeIndex) { return false }
    guard let torn = cut.torn, torn.entryIndex == changeIndex,
      let range = changes[changeIndex].range
    else { return true }
    // A tear keeps whole units, or what the write has of them.
    return torn.keptRanges(of: range).contains { $0.units.contains(unit) }
  }

  /// A unit that several changes have a part of.
  private func mixture(_ mixture: Mixture) -> StateSum {
    if let known = mixtures[mixture] { return known }
    let history = image.history
    var bytes = history.bytes(history.contents(ofUnit: mixture.unit, in: image.state))
    for index in mixture.changeIndices { changes[index].apply(toUnit: mixture.unit, &bytes) }
    let contribution = StateSum.contribution(
      ofHash: Checksum.xxh3Wide(bytes), unitIndex: mixture.unit)
    mixtures[mixture] = contribution
    return contribution
  }

  private func addTouches() -> Bool {
    var written: Set<UInt64> = []
    for case .write(let byteOffset, let bytes) in changes {
      written.formUnion(
        ByteRange(byteOffset: byteOffset, byteCount: UInt64(bytes.count)).units)
    }
    let known = written.union(base.keys).sorted()
    var touchCount = 0
    var comparisonCount = 0
    for (index, change) in changes.enumerated() {
      units.append(Self.units(of: change, among: known))
      touchCount += units[index].count
      comparisonCount += known.count
      if touchCount > Self.maximumTouchCount || comparisonCount > Self.maximumComparisonCount {
        return false
      }
      for unit in units[index] {
        touches[unit, default: []].append(
          Touch(changeIndex: index, contribution: change.contribution(ofUnit: unit)))
      }
    }
    return true
  }

  private static func units(of change: ImageChange, among known: [UInt64]) -> [UInt64] {
    guard let range = change.range?.units, !range.isEmpty else { return [] }
    if case .write = change { return Array(range) }
    return known.filter { range.contains($0) }
  }

  private func addSums() {
    sums = [image.history.sum(of: image.state)]
    sums.reserveCapacity(changes.count + 1)
    for index in changes.indices {
      var sum = sums[index]
      for unit in units[index] {
        sum -= contribution(of: unit, in: RecoveryCut(cut: index))
        sum += contribution(of: unit, in: RecoveryCut(cut: index + 1))
      }
      sums.append(sum)
    }
  }
}

/// How long the file is at each cut of a recovery.
private struct RecrashLengths {
  private let firstByteCount: UInt64
  private let changes: [ImageChange]
  private let isConstant: Bool

  init(_ firstByteCount: UInt64, _ changes: [ImageChange]) {
    self.firstByteCount = firstByteCount
    self.changes = changes
    isConstant = changes.allSatisfy { change in
      switch change {
      case .write, .zero: change.range.map { $0.endByteOffset <= firstByteCount } ?? true
      case .resize(let byteCount): byteCount == firstByteCount
      case .flush: true
      }
    }
  }

  func byteCount(of cut: RecoveryCut) -> UInt64 {
    if isConstant { return firstByteCount }
    return cut.kept(of: changes).reduce(firstByteCount) { byteCount, change in
      if case .resize(let newByteCount) = change { return newByteCount }
      return max(byteCount, change.range?.endByteOffset ?? 0)
    }
  }
}

extension ImageChange {
  /// What a unit contributes of which this is the last change; `nil` where it covers only a part.
  fileprivate func contribution(ofUnit unit: UInt64) -> StateSum? {
    let unitByteCount = UInt64(StateSum.unitByteCount)
    guard let range, range.byteOffset <= unit * unitByteCount,
      range.endByteOffset - unit * unitByteCount >= unitByteCount
    else { return nil }
    guard case .write(let byteOffset, let bytes) = self else { return StateSum() }
    let start = Int(unit * unitByteCount - byteOffset)
    let hash = Checksum.xxh3Wide(Array(bytes[start..<start + Int(unitByteCount)]))
    return StateSum.contribution(ofHash: hash, unitIndex: unit)
  }

  /// Does to a unit's bytes what this change does to them.
  fileprivate func apply(toUnit unit: UInt64, _ contents: inout [UInt8]) {
    guard let range else { return }
    let unitByteOffset = unit * UInt64(StateSum.unitByteCount)
    let start = max(range.byteOffset, unitByteOffset)
    let end = min(range.endByteOffset, unitByteOffset + UInt64(contents.count))
    for byteOffset in start..<max(start, end) {
      var byte: UInt8 = 0
      if case .write(_, let bytes) = self { byte = bytes[Int(byteOffset - range.byteOffset)] }
      contents[Int(byteOffset - unitByteOffset)] = byte
    }
  }
}

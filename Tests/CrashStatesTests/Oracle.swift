import Bytes
import CrashStates

/// The disk, the slow way: every entry that is kept is applied to an array, one after the other.
struct Oracle {
  private(set) var image: [UInt8]

  /// - Parameter lost: entries that are left out.
  init(
    _ log: TestLog, cut: Int, lost: [Int] = [], base: [UInt8]? = nil, initialByteCount: Int
  ) {
    self.init(
      log, CrashState(cut: cut, lost: lost), base: base, initialByteCount: initialByteCount)
  }

  /// Any state: its entries in the order of their effects, of the torn one the units that persisted.
  init(_ log: TestLog, _ state: CrashState, base: [UInt8]? = nil, initialByteCount: Int) {
    image = Array((base ?? []).prefix(initialByteCount))
    resize(initialByteCount)
    for place in Self.effects(of: state) {
      switch log.entries[place].step {
      case .nothing: break
      case .size(let byteCount): resize(byteCount)
      case .discard(let range):
        let range = range.clamped(to: 0..<image.count)
        image.replaceSubrange(range, with: [UInt8](repeating: 0, count: range.count))
      case .write(let byteOffset, let bytes):
        for (start, part) in Self.kept(byteOffset, bytes, entry: place, state.torn) {
          resize(max(image.count, start + part.count))
          image.replaceSubrange(start..<start + part.count, with: part)
        }
      }
    }
  }

  /// The entries that persisted, each where it took effect.
  static func effects(of state: CrashState) -> [Int] {
    var effects: [Int] = []
    for place in 0...state.cut {
      effects += state.early.filter { $0.beforeEntryIndex == place }.map(\.entryIndex)
      if place < state.cut, !state.early.contains(where: { $0.entryIndex == place }) {
        effects.append(place)
      }
    }
    return effects.filter { !state.lost.contains($0) }
  }

  /// The parts of a write that persisted: all of it, or of a torn one some units of the device, cut to
  /// what was written.
  private static func kept(
    _ byteOffset: Int, _ bytes: [UInt8], entry: Int, _ torn: Tear?
  ) -> [(byteOffset: Int, bytes: [UInt8])] {
    guard let torn, torn.entryIndex == entry else { return [(byteOffset, bytes)] }
    let end = byteOffset + bytes.count
    var parts: [(byteOffset: Int, bytes: [UInt8])] = []
    var borders: [Int] = []
    var border = byteOffset / torn.unitByteCount * torn.unitByteCount
    while border < end {
      borders.append(border)
      border += torn.unitByteCount
    }
    let keeps = keptUnits(of: torn, unitCount: borders.count)
    for (unit, border) in borders.enumerated() where keeps[unit] {
      let start = max(border, byteOffset)
      let stop = min(border + torn.unitByteCount, end)
      parts.append((start, Array(bytes[start - byteOffset..<stop - byteOffset])))
    }
    return parts
  }

  /// What the coin says of a mixture is taken from ``Tear``, for a write of as many whole units at the
  /// start of the disk: it depends on the entry and the unit's number only.
  private static func keptUnits(of torn: Tear, unitCount: Int) -> [Bool] {
    switch torn.shape {
    case .prefix(let count): return (0..<unitCount).map { $0 < count }
    case .suffix(let count): return (0..<unitCount).map { $0 >= unitCount - count }
    case .hole(let hole): return (0..<unitCount).map { !hole.contains($0) }
    case .mixture:
      let unit = UInt64(torn.unitByteCount)
      let ranges = torn.keptRanges(
        of: ByteRange(byteOffset: 0, byteCount: UInt64(unitCount) * unit))
      return (0..<UInt64(unitCount)).map { place in
        ranges.contains { $0.overlaps(ByteRange(byteOffset: place * unit, byteCount: unit)) }
      }
    }
  }

  private mutating func resize(_ byteCount: Int) {
    if byteCount < image.count {
      image.removeLast(image.count - byteCount)
    } else {
      image += [UInt8](repeating: 0, count: byteCount - image.count)
    }
  }

  /// By the definition, from the whole image.
  var digest: Digest128 {
    var low: UInt64 = 0
    var high: UInt64 = 0
    let zero = [UInt8](repeating: 0, count: 512)
    for (place, unit) in units.enumerated() where unit != zero {
      let hash = Checksum.xxh3Wide(unit)
      let mixed = Self.hash(hash.low, hash.high, UInt64(place))
      low &+= mixed.low
      high &+= mixed.high
    }
    return Self.hash(low, high, UInt64(image.count))
  }

  /// Of 512 bytes each, the last one padded.
  var units: [[UInt8]] {
    stride(from: 0, to: image.count, by: 512).map { start in
      let unit = Array(image[start..<min(start + 512, image.count)])
      return unit + [UInt8](repeating: 0, count: 512 - unit.count)
    }
  }

  /// The units in which two disks differ.
  func differences(from other: Oracle) -> [UInt64] {
    let zero = [UInt8](repeating: 0, count: 512)
    let (left, right) = (units, other.units)
    return (0..<max(left.count, right.count)).filter { unit in
      (unit < left.count ? left[unit] : zero) != (unit < right.count ? right[unit] : zero)
    }.map { UInt64($0) }
  }

  private static func hash(_ first: UInt64, _ second: UInt64, _ third: UInt64) -> Digest128 {
    Checksum.xxh3Wide(
      [first, second, third].flatMap { word in
        (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
      })
  }

  /// Which entries may be lost at a cut, by the words of the crash model.
  static func optional(_ log: TestLog, cut: Int) -> (durable: Int, optional: [Int]) {
    var durable = 0
    for place in 0..<cut where log.entries[place].flags & TestLog.flush != 0 { durable = place }
    let optional = (durable..<cut).filter { place in
      if case .nothing = log.entries[place].step { return false }
      return log.entries[place].flags & TestLog.fua == 0
    }
    return (durable, optional)
  }
}

/// The image that a replay writes, in an array; every byte may be written once.
func replayed(_ history: DiskHistory, _ state: CrashState) throws -> [UInt8] {
  let replay = Replay(history, state: state)
  var image = [UInt8](repeating: 0, count: Int(replay.imageByteCount))
  var endByteOffset = 0
  try replay.write { piece in
    let start = Int(piece.imageByteOffset)
    guard start >= endByteOffset, start + piece.range.count <= image.count else {
      throw PieceError(piece: "\(piece.imageByteOffset)+\(piece.range.count)")
    }
    endByteOffset = start + piece.range.count
    image.replaceSubrange(start..<endByteOffset, with: piece.region.bytes(in: piece.range))
  }
  return image
}

struct PieceError: Error {
  var piece: String
}

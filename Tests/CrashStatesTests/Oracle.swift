import Bytes
import CrashStates

/// The disk, the slow way: every entry that is kept is applied to an array, one after the other.
struct Oracle {
  private(set) var image: [UInt8]

  /// - Parameter lost: entries that are left out.
  init(
    _ log: TestLog, cut: Int, lost: [Int] = [], base: [UInt8]? = nil, initialByteCount: Int
  ) {
    image = Array((base ?? []).prefix(initialByteCount))
    resize(initialByteCount)
    for place in 0..<cut where !lost.contains(place) {
      switch log.entries[place].step {
      case .nothing: break
      case .size(let byteCount): resize(byteCount)
      case .discard(let range):
        for byte in range where byte < image.count { image[byte] = 0 }
      case .write(let byteOffset, let bytes):
        resize(max(image.count, byteOffset + bytes.count))
        image.replaceSubrange(byteOffset..<byteOffset + bytes.count, with: bytes)
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
    for (place, unit) in units.enumerated() where unit.contains(where: { $0 != 0 }) {
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

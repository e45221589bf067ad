import Bytes
import CrashStates
import VHDX

/// A recovery that was cut off, the slow way: the image of the first crash is built, and what persisted
/// of the recovery is done to it change by change, torn writes unit by unit.
struct RecrashFile {
  private(set) var contents: SparseBytes

  static func first(_ history: DiskHistory, _ state: CrashState) -> SparseBytes {
    let replay = Replay(history, state: state)
    var contents = SparseBytes(byteCount: replay.imageByteCount)
    replay.write { piece in
      contents.write(piece.region.bytes(in: piece.range), at: piece.imageByteOffset)
    }
    return contents
  }

  init(_ first: SparseBytes, _ cut: RecoveryCut, of changes: [ImageChange]) {
    contents = first
    for index in 0..<cut.cut where !cut.lost.contains(index) {
      switch changes[index] {
      case .flush: break
      case .resize(let byteCount): contents.resize(toByteCount: byteCount)
      case .zero(let range):
        grow(toByteCount: range.endByteOffset)
        contents.zero(range)
      case .write(let byteOffset, let bytes):
        for (place, part) in Self.parts(bytes, byteOffset, cut.torn, index) {
          grow(toByteCount: place + UInt64(part.count))
          contents.write(part, at: place)
        }
      }
    }
  }

  private mutating func grow(toByteCount byteCount: UInt64) {
    if byteCount > contents.byteCount { contents.resize(toByteCount: byteCount) }
  }

  /// What persisted of a write. All writes of these tests begin where a unit does.
  private static func parts(
    _ bytes: [UInt8], _ byteOffset: UInt64, _ torn: Tear?, _ index: Int
  ) -> [(UInt64, [UInt8])] {
    guard let torn, torn.entryIndex == index else { return [(byteOffset, bytes)] }
    let unit = torn.unitByteCount
    let count = (bytes.count + unit - 1) / unit
    let kept: [Int]
    switch torn.shape {
    case .prefix(let keptCount): kept = Array(0..<keptCount)
    case .suffix(let keptCount): kept = Array(count - keptCount..<count)
    case .hole(let hole): kept = (0..<count).filter { !hole.contains($0) }
    case .mixture:
      // Which units a seed keeps is the tear's own business.
      let range = ByteRange(byteOffset: byteOffset, byteCount: UInt64(bytes.count))
      let ranges = torn.keptRanges(of: range)
      kept = (0..<count).filter { place in
        ranges.contains { $0.units.contains(byteOffset / 512 + UInt64(place * unit / 512)) }
      }
    }
    return kept.map { place in
      let part = place * unit..<min((place + 1) * unit, bytes.count)
      return (byteOffset + UInt64(part.lowerBound), Array(bytes[part]))
    }
  }
}

extension ImageStateCase {
  /// A log with much to replay: payload, zeroes, the block table, and a file that must grow.
  static func rich() throws -> ImageStateCase {
    var made = ImageStateCase()
    try made.log.open()
    made.write(block: 0)
    made.log.payload(block: 1)
    made.log.write(ImageTraceLog.sector(0x77), at: ImageTraceLog.firstBlock + 8192)
    made.log.flush()
    made.log.entry(
      [
        .data(ImageTraceLog.sector(0x55), fileByteOffset: ImageTraceLog.firstBlock),
        .zero(ByteRange(byteOffset: ImageTraceLog.firstBlock + 8192, byteCount: 8192)),
        ImageTraceLog.update(blockCount: 2),
      ], last: 9 << 20)
    made.log.flush()
    made.log.home(blockCount: 2)
    made.log.entry(
      [
        .data(ImageTraceLog.sector(0x66), fileByteOffset: ImageTraceLog.firstBlock),
        .data(ImageTraceLog.sector(0x67), fileByteOffset: 8 << 20),
      ], last: 9 << 20)
    made.log.flush()
    return made
  }
}

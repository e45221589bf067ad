import Bytes
import TestSupport
import Testing

@testable import CrashStates

/// The image of one state made that of another must be what is read of the other, byte by byte.
@Suite struct ReplayDifferenceTests {
  private static let blockByteCount = Int(DiskBlock.byteCount)

  private static func image(_ history: DiskHistory, _ state: CrashState) -> [UInt8] {
    history.read(
      ByteRange(byteOffset: 0, byteCount: history.byteCount(of: state)), in: state)
  }

  private static func changed(
    _ image: [UInt8], _ history: DiskHistory, from old: CrashState, to new: CrashState
  ) -> [UInt8] {
    let difference = ReplayDifference(history, from: old, to: new)
    let byteCount = Int(difference.imageByteCount)
    var image = Array(image.prefix(byteCount))
    image += [UInt8](repeating: 0, count: byteCount - image.count)
    difference.apply { piece in
      let start = Int(piece.imageByteOffset)
      image.replaceSubrange(
        start..<start + piece.range.count, with: piece.region.bytes(in: piece.range))
    } zero: { range in
      for place in Int(range.byteOffset)..<Int(range.endByteOffset) { image[place] = 0 }
    }
    return image
  }

  private static func fill(_ byte: Int, _ count: Int) -> [UInt8] {
    [UInt8](repeating: UInt8(byte), count: count)
  }

  /// What a short file does not show, a longer one does: data whose length was lost, in blocks that no entry touches
  /// which only one of the states has.
  @Test func aLengthShowsWhatWasHidden() throws {
    var log = TestLog()
    log.size(3 * Self.blockByteCount + 100)
    log.write(at: 0, Self.fill(7, 3 * Self.blockByteCount + 512))
    let history = try DiskHistory(
      index: log.index, base: ByteRegion(Self.fill(1, 100)), initialByteCount: 100,
      hasMarkedLengths: true)
    let whole = CrashState(cut: 2)
    let hidden = CrashState(cut: 2, lost: [0])
    #expect(Self.image(history, hidden) == Self.fill(7, 100))
    let shown = Self.changed(Self.image(history, hidden), history, from: hidden, to: whole)
    #expect(shown == Self.fill(7, 3 * Self.blockByteCount + 100))
    #expect(Self.changed(shown, history, from: whole, to: hidden) == Self.fill(7, 100))
  }

  /// Random writes, holes and lengths over five blocks, between random states.
  @Test(arguments: [true, false]) func anyStateBecomesAnyOther(hasMarkedLengths: Bool) throws {
    for seed: UInt64 in 1...4 {
      var numbers = SeededNumbers(seed: seed)
      var log = TestLog()
      let sectorCount = 5 * Self.blockByteCount / 512
      for entry in 1...40 {
        let start = Int.random(in: 0..<(sectorCount), using: &numbers)
        let count = 1 + Int.random(in: 0..<(min(200, sectorCount - start)), using: &numbers)
        switch Int.random(in: 0..<(8), using: &numbers) {
        case 0: log.size(Int.random(in: 0..<(5 * Self.blockByteCount), using: &numbers))
        case 1: log.discard(start * 512..<(start + count) * 512)
        case 2: log.flush()
        default: log.write(at: start * 512, Self.fill(entry, count * 512))
        }
      }
      let history = try DiskHistory(
        index: log.index, base: ByteRegion(Self.fill(99, 70_000)), initialByteCount: 70_000,
        hasMarkedLengths: hasMarkedLengths)
      let tiers: [Tier] = [.prefix, .flushedOnly, .drop(1), .random(3), .torn(512)]
      let states = StateEnumerator(history: history, tiers: tiers, seed: seed).map(\.state)
      var state = states[0]
      var image = Self.image(history, state)
      for _ in 0..<150 {
        let next = states[Int.random(in: 0..<(states.count), using: &numbers)]
        image = Self.changed(image, history, from: state, to: next)
        try #require(
          image == Self.image(history, next), "seed \(seed): from \(state) to \(next)")
        state = next
      }
    }
  }
}

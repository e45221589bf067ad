import Bytes
import TestSupport
import Testing

@testable import CrashStates

/// A history that was made without digests has the same ones, each from the whole of its state.
@Suite struct UndigestedHistoryTests {
  @Test(arguments: [true, false]) func everyDigestIsTheSame(hasMarkedLengths: Bool) throws {
    var numbers = SeededNumbers(seed: 5)
    var log = TestLog()
    for entry in 1...30 {
      let start = Int.random(in: 0..<400, using: &numbers)
      switch Int.random(in: 0..<7, using: &numbers) {
      case 0: log.size(Int.random(in: 0..<200_000, using: &numbers))
      case 1: log.discard(start * 512..<(start + 30) * 512)
      case 2: log.flush()
      case 3: log.write(at: start * 512, [UInt8](repeating: 0, count: 8 * 512))
      default: log.write(at: start * 512, [UInt8](repeating: UInt8(entry), count: 20 * 512))
      }
    }
    let histories = try [true, false].map { isDigested in
      try DiskHistory(
        index: log.index, base: ByteRegion([UInt8](repeating: 9, count: 70_001)),
        initialByteCount: 70_001, hasMarkedLengths: hasMarkedLengths, isDigested: isDigested)
    }
    let tiers: [Tier] = [.prefix, .drop(1), .drop(2), .random(3), .torn(512)]
    let states = StateEnumerator(history: histories[0], tiers: tiers, seed: 1).map(\.state)
    #expect(states.count > 60)
    for state in states {
      try #require(histories[1].digest(of: state) == histories[0].digest(of: state), "\(state)")
    }
    for cut in 0...30 {
      #expect(histories[1].digest(atCut: cut) == histories[0].digest(atCut: cut))
    }
  }
}

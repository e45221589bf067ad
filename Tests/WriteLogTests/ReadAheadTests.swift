import Bytes
import Synchronization
import Testing

@testable import WriteLog

/// What a pass asks the system to read before it gets there.
@Suite struct ReadAheadTests {
  private static let byteCount = 100 << 20

  /// What was asked for by a pass that stops every so many bytes.
  private static func asked(
    _ reading: ReadAhead.Reading, everyByteCount step: Int
  ) -> [Range<Int>] {
    let kept = Kept()
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 4096)
    let region = unsafe ByteRegion(
      unsafeMemory: UnsafeRawBufferPointer(memory), expect: { kept.add($0) },
      release: { unsafe $0.deallocate() })
    var ahead = ReadAhead(of: region, for: reading)
    for byteOffset in stride(from: 0, to: byteCount, by: step) { ahead.pass(byteOffset) }
    return kept.ranges
  }

  private final class Kept: Sendable {
    private let list = Mutex<[Range<Int>]>([])
    func add(_ range: Range<Int>) { list.withLock { $0.append(range) } }
    var ranges: [Range<Int>] { list.withLock { $0 } }
  }

  @Test func aPassThatReadsEverythingAsksForAllOfItOnce() {
    let asked = Self.asked(.everything, everyByteCount: 1 << 20)
    #expect(asked.first?.lowerBound == 0)
    #expect(asked.last?.upperBound == Self.byteCount)
    for (one, next) in zip(asked, asked.dropFirst()) { #expect(one.upperBound == next.lowerBound) }
  }

  @Test func itIsAlwaysAhead() {
    let asked = Self.asked(.everything, everyByteCount: 1 << 20)
    for range in asked.dropFirst() { #expect(range.count <= 3 << 20) }
    #expect(asked.first?.count == 16 << 20)
  }

  @Test(arguments: [512, 4608, 33 << 10])
  func headersThatStandCloseTogetherAreReadWithWhatIsBetween(stepByteCount: Int) {
    let asked = Self.asked(.headers, everyByteCount: stepByteCount)
    #expect((asked.first?.lowerBound ?? .max) < 128 << 10)
    #expect(asked.last?.upperBound == Self.byteCount)
  }

  @Test func payloadBetweenHeadersFarApartIsNotRead() {
    #expect(Self.asked(.headers, everyByteCount: 160 << 10).isEmpty)
  }
}

import Bytes
import Testing

@Suite struct SparseBytesTests {
  private static let page = UInt64(SparseBytes.pageByteCount)

  private func all(_ disk: SparseBytes) -> [UInt8] {
    disk.read(ByteRange(byteOffset: 0, byteCount: disk.byteCount))
  }

  @Test func aNewDiskIsZero() {
    #expect(all(SparseBytes(byteCount: 1000)) == [UInt8](repeating: 0, count: 1000))
    #expect(SparseBytes(byteCount: 0).byteCount == 0)
  }

  @Test func aHugeDiskTakesNoMemoryForItsZeroes() {
    var disk = SparseBytes(byteCount: 1 << 40)
    disk.write([1, 2, 3], at: (1 << 40) - 3)
    disk.zero(ByteRange(byteOffset: 1 << 30, byteCount: 1 << 20))
    #expect(disk.read(ByteRange(byteOffset: (1 << 40) - 4, byteCount: 4)) == [0, 1, 2, 3])
  }

  @Test func writesAcrossPagesAreReadBack() {
    var disk = SparseBytes(byteCount: 3 * Self.page)
    let bytes = [UInt8](repeating: 7, count: Int(Self.page) + 2)
    disk.write(bytes, at: Self.page - 1)
    #expect(disk.read(ByteRange(byteOffset: Self.page - 1, byteCount: Self.page + 2)) == bytes)
    #expect(disk.read(ByteRange(byteOffset: Self.page - 2, byteCount: 2)) == [0, 7])
    #expect(disk.read(ByteRange(byteOffset: 2 * Self.page + 1, byteCount: 1)) == [0])
  }

  @Test func copiesDoNotShareLaterWrites() {
    var first = SparseBytes(byteCount: 10)
    first.write([1], at: 0)
    var second = first
    second.write([2], at: 0)
    #expect(all(first)[0] == 1)
    #expect(all(second)[0] == 2)
  }

  @Test func shrinkingForgetsWhatLayBehind() {
    var disk = SparseBytes(byteCount: 2 * Self.page)
    disk.write([UInt8](repeating: 9, count: 100), at: Self.page - 50)
    disk.resize(toByteCount: Self.page - 10)
    #expect(disk.byteCount == Self.page - 10)
    disk.resize(toByteCount: 2 * Self.page)
    #expect(
      disk.read(ByteRange(byteOffset: Self.page - 50, byteCount: 100))
        == [UInt8](repeating: 9, count: 40) + [UInt8](repeating: 0, count: 60))
  }

  @Test func unitsAreCutAtTheEndAndPadded() {
    var disk = SparseBytes(byteCount: 1000)
    disk.write([UInt8](repeating: 5, count: 1000), at: 0)
    #expect(disk.unit(at: 0) == [UInt8](repeating: 5, count: 512))
    #expect(
      disk.unit(at: 1)
        == [UInt8](repeating: 5, count: 488) + [UInt8](repeating: 0, count: 24))
    #expect(disk.unit(at: 2) == [UInt8](repeating: 0, count: 512))
  }

  @Test(arguments: 1...6 as ClosedRange<UInt64>)
  func anyMixtureOfCallsGivesTheBytesOfAnArray(seed: UInt64) {
    var random = PseudoRandomBytes(seed: seed)
    var expected = [UInt8](repeating: 0, count: 200_000)
    var disk = SparseBytes(byteCount: 200_000)
    for _ in 0..<40 {
      let start = random.below(expected.count + 1)
      let end = min(expected.count, start + random.below(100_000))
      switch random.below(4) {
      case 0:
        disk.zero(ByteRange(byteOffset: UInt64(start), byteCount: UInt64(end - start)))
        expected.replaceSubrange(start..<end, with: repeatElement(0, count: end - start))
      case 1:
        let byteCount = 100_000 + random.below(200_000)
        disk.resize(toByteCount: UInt64(byteCount))
        let kept = min(byteCount, expected.count)
        expected.removeLast(expected.count - kept)
        expected.append(contentsOf: repeatElement(0, count: byteCount - kept))
      default:
        let bytes = [UInt8](repeating: UInt8(1 + random.below(255)), count: end - start)
        disk.write(bytes, at: UInt64(start))
        expected.replaceSubrange(start..<end, with: bytes)
      }
      #expect(disk.byteCount == UInt64(expected.count))
    }
    #expect(all(disk) == expected)
  }

  @Test func readingBehindTheEndTraps() async {
    await #expect(processExitsWith: .failure) {
      _ = SparseBytes(byteCount: 10).read(ByteRange(byteOffset: 9, byteCount: 2))
    }
  }

  @Test func writingBehindTheEndTraps() async {
    await #expect(processExitsWith: .failure) {
      var disk = SparseBytes(byteCount: 10)
      disk.write([1, 2], at: 9)
    }
  }

  @Test func zeroingBehindTheEndTraps() async {
    await #expect(processExitsWith: .failure) {
      var disk = SparseBytes(byteCount: 10)
      disk.zero(ByteRange(byteOffset: 0, byteCount: 11))
    }
  }
}

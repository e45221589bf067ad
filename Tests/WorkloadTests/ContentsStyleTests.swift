import Bytes
import Scheduling
import Testing
import Workload

/// The two ways of making what a client writes, byte by byte.
struct ContentsStyleTests {
  private static let range = ByteRange(byteOffset: 1024, byteCount: 1024)

  private static func fill(_ byte: UInt8, _ count: Int = 512) -> [UInt8] {
    [UInt8](repeating: byte, count: count)
  }

  @Test(arguments: [(1, 1), (2, 2), (7, 7), (255, 255), (256, 1), (257, 2), (510, 255)])
  func aFilledWriteIsOneByteOfItsNumber(operation: UInt64, byte: UInt8) {
    #expect(
      ContentsStyle.filled.bytes(seed: Seed(9), operation: operation, range: Self.range)
        == Self.fill(byte, 1024))
  }

  @Test func unitsOfAFilledWriteAreHashedAsTheyAre() {
    let write = ClientOperation(identifier: 17, task: 0, action: .write, range: Self.range)
    let expected = Checksum.xxh3Wide(Self.fill(17))
    #expect(
      ContentsStyle.filled.unitHashes(seed: Seed(9), operation: write) == [expected, expected])
  }

  @Test(arguments: [ContentsStyle.stamped, .filled])
  func hashesAreThoseOfTheBytes(style: ContentsStyle) {
    let write = ClientOperation(identifier: 3, task: 1, action: .write, range: Self.range)
    let bytes = style.bytes(seed: Seed(4), operation: 3, range: Self.range)
    #expect(bytes.count == 1024)
    #expect(
      style.unitHashes(seed: Seed(4), operation: write)
        == [Checksum.xxh3Wide(Array(bytes[..<512])), Checksum.xxh3Wide(Array(bytes[512...]))])
  }

  @Test func aStampedWriteClaimsItsPlace() {
    let bytes = ContentsStyle.stamped.bytes(seed: Seed(4), operation: 3, range: Self.range)
    #expect(
      ContentsStyle.stamped.claim(of: Array(bytes[512...]))
        == UnitClaim(operation: 3, byteOffset: 1536, isWhole: true))
    let torn = Array(bytes[512..<700]) + Self.fill(0, 324)
    #expect(
      ContentsStyle.stamped.claim(of: torn)
        == UnitClaim(operation: 3, byteOffset: 1536, isWhole: false))
    #expect(ContentsStyle.stamped.claim(of: Self.fill(3)) == nil)
  }

  @Test func aFilledUnitClaimsItsOperation() {
    let style = ContentsStyle.filled
    #expect(style.claim(of: Self.fill(17)) == UnitClaim(operation: 17, isWhole: true))
    #expect(style.claim(of: Self.fill(0)) == nil)
    #expect(style.claim(of: []) == nil)
  }

  @Test func twoVersionsInAUnitAreAMixture() {
    let style = ContentsStyle.filled
    let suffix = Self.fill(4, 100) + Self.fill(9, 412)
    #expect(style.claim(of: suffix) == UnitClaim(operation: 4, isWhole: false))
    let hole = Self.fill(0, 1) + Self.fill(9, 500) + Self.fill(0, 11)
    #expect(style.claim(of: hole) == UnitClaim(operation: 9, isWhole: false))
    // A structure of an image is no mixture of fills.
    let structure = Self.fill(0x6c, 1) + Self.fill(0x6f, 1) + Self.fill(0x67, 1) + Self.fill(0, 509)
    #expect(style.claim(of: structure) == nil)
  }

  @Test func onlyFillsRunOut() {
    #expect(ContentsStyle.filled.largestOperationNumber == 255)
    #expect(ContentsStyle.stamped.largestOperationNumber == nil)
  }

  @Test func operationsAreNumberedFromOne() async {
    await #expect(processExitsWith: .failure) { _ = ContentsStyle.fillByte(operation: 0) }
  }
}

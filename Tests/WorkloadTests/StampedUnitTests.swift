import Bytes
import Scheduling
import Testing
import Workload

@Suite struct StampedUnitTests {
  @Test func aUnitTellsWhoWroteItAndWhere() throws {
    let bytes = StampedUnit.bytes(
      seed: Seed(7), operation: 12, range: ByteRange(byteOffset: 4096, byteCount: 1024))
    #expect(bytes.count == 1024)
    let second = Array(bytes[512...])
    let claim = try #require(StampedUnit(claimedBy: second))
    #expect(claim == StampedUnit(seed: Seed(7), operation: 12, byteOffset: 4608))
    #expect(claim.isWhole(second))
  }

  @Test func aTornUnitIsNotWhole() throws {
    let old = StampedUnit(seed: Seed(7), operation: 1, byteOffset: 0).bytes
    let new = StampedUnit(seed: Seed(7), operation: 2, byteOffset: 0).bytes
    for keptByteCount in stride(from: 32, to: 512, by: 32) {
      let torn = Array(new[..<keptByteCount] + old[keptByteCount...])
      let claim = try #require(StampedUnit(claimedBy: torn))
      #expect(!claim.isWhole(torn))
    }
  }

  @Test func otherBytesClaimNothing() {
    #expect(StampedUnit(claimedBy: [UInt8](repeating: 0, count: 512)) == nil)
    #expect(StampedUnit(claimedBy: []) == nil)
  }
}

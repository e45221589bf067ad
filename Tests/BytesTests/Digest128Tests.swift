import Bytes
import Testing

@Suite struct Digest128Tests {
  @Test func theHighHalfIsPrintedFirstAndInFull() {
    let digest = Digest128(low: 0xab, high: 0x0123_4567_89ab_cdef)
    #expect(digest.description == "0123456789abcdef00000000000000ab")
  }

  @Test func theHighHalfDecidesTheOrder() {
    #expect(Digest128(low: 9, high: 1) < Digest128(low: 0, high: 2))
    #expect(Digest128(low: 1, high: 2) < Digest128(low: 9, high: 2))
    #expect(!(Digest128(low: 1, high: 2) < Digest128(low: 1, high: 2)))
  }
}

import Bytes
import TestSupport
import Testing
import VHDX

/// What a hostile log makes of an overlay: the right bytes, and no more memory than was written.
@Suite struct RecoveryHostileTests {
  @Test(arguments: 1...UInt64(12))
  func anOverlayReadsAsAFileThatWasReallyChanged(seed: UInt64) {
    var numbers = SeededNumbers(seed: seed)
    func below(_ bound: UInt64) -> UInt64 { numbers.next() % bound }
    let byteCount: UInt64 = 3 << 20 + 777
    let base = MemoryImage(SparseBytes(byteCount: byteCount))
    for _ in 0..<20 {
      base.write([UInt8](repeating: 0x5a, count: 9000), at: below(byteCount - 9000))
    }
    let model = MemoryImage(base.contents)
    let overlay = OverlayImage(base)
    for step in 0..<60 {
      let start = below(4 << 20)
      switch below(4) {
      case 0:
        let bytes = [UInt8](repeating: UInt8(step + 1), count: Int(1 + below(9000)))
        model.write(bytes, at: start)
        overlay.write(bytes, at: start)
      case 1, 2:
        let range = ByteRange(
          byteOffset: start, byteCount: 1 + below(below(2) == 0 ? 1 << 20 : 6000))
        model.zero(range)
        overlay.zero(range)
      default:
        model.resize(toByteCount: start)
        overlay.resize(toByteCount: start)
      }
    }
    #expect(overlay.byteCount == model.byteCount)
    let all = ByteRange(byteOffset: 0, byteCount: model.byteCount)
    #expect(overlay.read(all) == model.read(all))
  }

  @Test func manyZeroedPlacesTakeLittleTime() {
    let overlay = OverlayImage(MemoryImage(SparseBytes(byteCount: 1 << 20)))
    for index in 0..<UInt64(200_000) {
      overlay.zero(ByteRange(byteOffset: index << 22 + 4096, byteCount: 1 << 21))
    }
    #expect(overlay.byteCount == 199_999 << 22 + 4096 + 1 << 21)
  }
}

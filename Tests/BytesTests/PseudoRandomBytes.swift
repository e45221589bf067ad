/// Bytes without a pattern, the same in every run.
struct PseudoRandomBytes {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state >> 33
  }

  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

  mutating func bytes(_ byteCount: Int) -> [UInt8] {
    (0..<byteCount).map { _ in UInt8(truncatingIfNeeded: next()) }
  }
}

import Bytes
import Scheduling

/// GUIDs for images that are made or changed: drawn from a seed, or from the system's randomness.
struct ImageGUIDs {
  private var stream: RandomStream

  init(seed: UInt64?) {
    stream = RandomStream(Seed(seed ?? UInt64.random(in: 0...UInt64.max)), .contents)
  }

  mutating func next() -> GUID {
    // Version 4, variant 1: what a GUID that was drawn says of itself (RFC 9562, 5.4).
    let low = stream.next() & 0x0fff_ffff_ffff_ffff | 0x4000_0000_0000_0000
    let high = stream.next() & ~0xc0 | 0x80
    return GUID(low: low, high: high)
  }
}

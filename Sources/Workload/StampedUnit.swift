import Bytes
import Scheduling

/// The contents of writes: any 512-byte unit tells which operation of which run wrote it, and where.
///
///     byte  0  8  magic       "pcutunit"
///     byte  8  8  seed
///     byte 16  8  operation
///     byte 24  8  byteOffset  of the unit, on the device
///     byte 32  …  words drawn from a stream keyed by the three
///
/// So a unit that stands elsewhere, or is only partly there, is known as such from its bytes alone.
package struct StampedUnit: Hashable, Sendable {
  package static let magic: UInt64 = 0x7469_6e75_7475_6370

  package var seed: Seed
  package var operation: UInt64
  package var byteOffset: UInt64

  package init(seed: Seed, operation: UInt64, byteOffset: UInt64) {
    self.seed = seed
    self.operation = operation
    self.byteOffset = byteOffset
  }

  /// What a unit claims to be; `nil` where it claims nothing. ``isWhole(_:)`` says whether it is.
  package init?(claimedBy unit: [UInt8]) {
    var reader = ByteReader(ByteRegion(unit))
    guard let magic: UInt64 = try? reader.read("magic"), magic == Self.magic,
      let seed: UInt64 = try? reader.read("seed"),
      let operation: UInt64 = try? reader.read("operation"),
      let byteOffset: UInt64 = try? reader.read("byteOffset")
    else { return nil }
    self.init(seed: Seed(seed), operation: operation, byteOffset: byteOffset)
  }

  /// The 512 bytes.
  package var bytes: [UInt8] {
    Self.bytes(
      seed: seed, operation: operation,
      range: ByteRange(byteOffset: byteOffset, byteCount: UInt64(StateSum.unitByteCount)))
  }

  /// Whether `unit` is exactly what its head claims.
  package func isWhole(_ unit: [UInt8]) -> Bool { unit == bytes }

  /// The contents of a write: unit after unit.
  ///
  /// - Precondition: the range is made of whole units.
  package static func bytes(seed: Seed, operation: UInt64, range: ByteRange) -> [UInt8] {
    let unitByteCount = UInt64(StateSum.unitByteCount)
    precondition(range.byteOffset % unitByteCount == 0 && range.byteCount % unitByteCount == 0)
    return unsafe [UInt8](unsafeUninitializedCapacity: Int(range.byteCount)) { buffer, count in
      let target = UnsafeMutableRawBufferPointer(buffer)
      for (place, unit) in range.units.enumerated() {
        unsafe StampedUnit(seed: seed, operation: operation, byteOffset: unit * unitByteCount)
          .write(to: target, at: place * StateSum.unitByteCount)
      }
      count = Int(range.byteCount)
    }
  }

  /// Whole words, for half of a short run's time once went into single bytes.
  private func write(to target: UnsafeMutableRawBufferPointer, at start: Int) {
    var stream = RandomStream(seed, .contents, operation, byteOffset)
    let head = [Self.magic, seed.rawValue, operation, byteOffset]
    for word in 0..<StateSum.unitByteCount / 8 {
      let value = word < head.count ? head[word] : stream.next()
      unsafe target.storeBytes(
        of: value.littleEndian, toByteOffset: start + word * 8, as: UInt64.self)
    }
  }
}

import CISAL
import CXXHash

/// The checksums of the formats: XXH3 for contents, CRC-32C for headers.
///
/// XXH3 goes through libxxhash's run-time dispatch, CRC-32C through ISA-L; both are five and more
/// times faster than what a compiler makes of portable code.
package enum Checksum {
  /// XXH3-64 with seed 0, as `xxhsum -H3` prints it.
  package static func xxh3(_ bytes: [UInt8]) -> UInt64 {
    unsafe bytes.withUnsafeBytes { unsafe powercut_xxh3_64($0.baseAddress, $0.count) }
  }

  /// XXH3-64 of a part of a region.
  package static func xxh3(_ region: ByteRegion, in range: Range<Int>) -> UInt64 {
    unsafe region.withUnsafeBytes(in: range) { unsafe powercut_xxh3_64($0.baseAddress, $0.count) }
  }

  /// XXH3-128 with seed 0, as `xxhsum -H2` prints it.
  package static func xxh3Wide(_ bytes: [UInt8]) -> Digest128 {
    unsafe bytes.withUnsafeBytes {
      Digest128(unsafe powercut_xxh3_128($0.baseAddress, $0.count))
    }
  }

  /// XXH3-128 of a part of a region.
  package static func xxh3Wide(_ region: ByteRegion, in range: Range<Int>) -> Digest128 {
    unsafe region.withUnsafeBytes(in: range) {
      Digest128(unsafe powercut_xxh3_128($0.baseAddress, $0.count))
    }
  }

  /// XXH3-128 over three words, each taken as eight little-endian bytes.
  @inlinable
  package static func xxh3Wide(words first: UInt64, _ second: UInt64, _ third: UInt64) -> Digest128
  {
    Digest128(powercut_xxh3_128_words(first, second, third))
  }

  /// CRC-32C (Castagnoli), initial value and final inversion as in RFC 3720, appendix B.4.
  ///
  /// - Parameter previous: the checksum of what stands in front of `bytes`, so that what is long is
  ///   summed in pieces; 0 where nothing does.
  package static func crc32c(_ bytes: [UInt8], after previous: UInt32 = 0) -> UInt32 {
    unsafe bytes.withUnsafeBytes {
      ~(unsafe powercut_crc32_iscsi($0.baseAddress, $0.count, ~previous))
    }
  }
}
